/*
 * cli - the command line: a table of commands and their flags, from which --help is made.
 *
 * Data goes to stdout, messages to stderr.
 *
 * Threads:  the main thread.
 */
#ifndef WEIR_APP_CLI_H
#define WEIR_APP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What the command's exit says; the same for every command. */
enum cli_exit {
    CLI_OK = 0,           /* also after a graceful stop by Ctrl-C or SIGTERM */
    CLI_FAILED = 1,       /* the job failed */
    CLI_USAGE = 2,        /* the command line is wrong */
    CLI_TESTS_FAILED = 3, /* a test of a job file */
    CLI_TEMPORARY = 75,   /* out of memory, a port taken: a restart may help */
    CLI_INVALID = 78,     /* the job file is wrong */
    CLI_INTERRUPTED = 130 /* stopped at once */
};

struct cli_flag {
    const char *name;     /* "plugin-path" */
    const char *argument; /* "DIR"; NULL: none */
    const char *help;
};

#define CLI_FLAGS_MAX    16u
#define CLI_GIVEN_MAX    256u
#define CLI_OPERANDS_MAX 1024u

struct cli_given {
    const struct cli_flag *flag;
    const char *value; /* NULL when it takes none */
};

struct cli_command;

/* A command line, read. */
struct cli_arguments {
    const struct cli_command *command;
    struct cli_given given[CLI_GIVEN_MAX]; /* in the order of the command line */
    size_t given_count;
    const char *operands[CLI_OPERANDS_MAX];
    size_t operands_count;
};

struct cli_command {
    const char *name;
    const char *operands; /* "JOB..." */
    const char *summary;  /* one line */
    const char *text;     /* more of it, for its --help; lines end with \n */
    size_t operands_min;
    size_t operands_max;
    const struct cli_flag *flags;
    size_t flags_count;
    enum cli_exit (*run)(const struct cli_arguments *arguments);
};

/* The program. Returns its exit code. */
int cli_main(int count, char **arguments);

/* The flag's last value; NULL when it was not given. */
const char *cli_value(const struct cli_arguments *arguments, const char *flag);
bool cli_has(const struct cli_arguments *arguments, const char *flag);

/* All values of a flag, in their order; at most max. Returns how many. */
size_t cli_values(const struct cli_arguments *arguments, const char *flag, const char **out,
                  size_t max);

/* A whole number from min to max; false, and told, when it is none. Not given: *out stays. */
bool cli_number(const struct cli_arguments *arguments, const char *flag, uint64_t min, uint64_t max,
                uint64_t *out);

/* A duration above zero in ms, as cli_number. */
bool cli_duration(const struct cli_arguments *arguments, const char *flag, int64_t *out);

/* "weir run: ...", and where help is. Returns CLI_USAGE. */
enum cli_exit cli_refuse(const struct cli_arguments *arguments, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* "weir: ...": tells an error and returns the exit code for it. */
enum cli_exit cli_tell(weir_status status, const weir_error *error);

extern const struct cli_command command_run;
extern const struct cli_command command_check;
extern const struct cli_command command_graph;
extern const struct cli_command command_test;
extern const struct cli_command command_plugins;

#endif
