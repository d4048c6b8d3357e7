/*
 * cli - the command line: a table of commands and their flags, from which --help is made.
 */
#include "app/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/duration.h"
#include "plan/problem.h"

static const struct cli_command *const commands[] = {
    &command_run, &command_check, &command_test, &command_graph, &command_plugins,
};

enum { COMMANDS_COUNT = sizeof(commands) / sizeof(commands[0]), HELP_FLAG = 1000 };

static const char exit_codes[] =
    "Exit codes: 0 ok, also after a graceful stop (Ctrl-C, SIGTERM); 1 the job failed; 2 wrong\n"
    "usage; 3 a test failed; 75 temporary, a restart may help; 78 the job file is wrong; 130\n"
    "stopped at once by a second Ctrl-C.\n";

static void write_help(FILE *out)
{
    fputs("weir - a stream engine: receivers as plugins, batches, windows, outputs\n\n"
          "usage: weir COMMAND [ARGUMENT...]\n\n",
          out);
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("\n  weir help COMMAND, weir COMMAND --help   how a command is used\n"
          "  weir --version                           which weir this is\n\n",
          out);
    fputs(exit_codes, out);
}

static void write_command_help(const struct cli_command *command, FILE *out)
{
    fprintf(out, "weir %s - %s\n\nusage: weir %s [OPTION...] %s\n\n", command->name,
            command->summary, command->name, command->operands);
    for (size_t i = 0; i < command->flags_count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "--%s%s%s", command->flags[i].name,
                 command->flags[i].argument == NULL ? "" : " ",
                 command->flags[i].argument == NULL ? "" : command->flags[i].argument);
        fprintf(out, "  %-24s %s\n", name, command->flags[i].help);
    }
    fprintf(out, "  %-24s %s\n\n%s\n", "--help", "this", command->text);
    fputs(exit_codes, out);
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static enum cli_exit refuse_command(const char *name)
{
    const char *names[COMMANDS_COUNT];
    const char *near;

    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        names[i] = commands[i]->name;
    }
    near = problem_suggestion(name, names, COMMANDS_COUNT);
    fprintf(stderr, "weir: there is no command \"%s\"", name);
    if (near != NULL) {
        fprintf(stderr, "; did you mean \"%s\"?", near);
    }
    fputs("\nsee weir --help\n", stderr);
    return CLI_USAGE;
}

enum cli_exit cli_refuse(const struct cli_arguments *arguments, const char *format, ...)
{
    va_list values;

    fprintf(stderr, "weir %s: ", arguments->command->name);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fprintf(stderr, "\nsee weir %s --help\n", arguments->command->name);
    return CLI_USAGE;
}

enum cli_exit cli_tell(weir_status status, const weir_error *error)
{
    fprintf(stderr, "weir: %s\n", error->msg[0] == '\0' ? status_name(status) : error->msg);
    switch (status) {
    case WEIR_E_NOMEM:
    case WEIR_E_IO:
        return CLI_TEMPORARY;
    case WEIR_E_CONFIG:
        return CLI_INVALID;
    case WEIR_E_INVAL:
        return CLI_USAGE;
    default:
        return CLI_FAILED;
    }
}

static enum cli_exit refuse_flag(const struct cli_arguments *arguments, const char *given)
{
    const struct cli_command *command = arguments->command;
    const char *names[CLI_FLAGS_MAX];
    char name[64];
    const char *near;

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(given, "="), given);
    for (size_t i = 0; i < command->flags_count; i++) {
        names[i] = command->flags[i].name;
    }
    near = strncmp(name, "--", 2) == 0 ? problem_suggestion(name + 2, names, command->flags_count)
                                       : NULL;
    return near == NULL
               ? cli_refuse(arguments, "there is no option %s", name)
               : cli_refuse(arguments, "there is no option %s; did you mean --%s?", name, near);
}

/* Flags and operands. True: the command is to be run; else *exit_code is what to exit with. */
static bool read_arguments(struct cli_arguments *arguments, int count, char **texts,
                           enum cli_exit *exit_code)
{
    const struct cli_command *command = arguments->command;
    struct option options[CLI_FLAGS_MAX + 2] = {{0}};
    int choice;

    for (size_t i = 0; i < command->flags_count; i++) {
        options[i] = (struct option){command->flags[i].name, command->flags[i].argument != NULL,
                                     NULL, (int)i};
    }
    options[command->flags_count] = (struct option){"help", no_argument, NULL, HELP_FLAG};
    opterr = 0;
    *exit_code = CLI_OK;
    while ((choice = getopt_long(count, texts, ":h", options, NULL)) != -1) {
        if (choice == HELP_FLAG || choice == 'h') {
            write_command_help(command, stdout);
            return false;
        }
        if (choice == ':') {
            *exit_code = cli_refuse(arguments, "%s needs a value", texts[optind - 1]);
            return false;
        }
        if (choice == '?' || (size_t)choice >= command->flags_count) {
            *exit_code = refuse_flag(arguments, texts[optind - 1]);
            return false;
        }
        if (arguments->given_count == CLI_GIVEN_MAX) {
            *exit_code = cli_refuse(arguments, "too many options");
            return false;
        }
        arguments->given[arguments->given_count++] =
            (struct cli_given){&command->flags[choice], optarg};
    }
    for (; optind < count && arguments->operands_count < CLI_OPERANDS_MAX; optind++) {
        arguments->operands[arguments->operands_count++] = texts[optind];
    }
    if (arguments->operands_count < command->operands_min) {
        *exit_code = cli_refuse(arguments, "%s is missing", command->operands);
        return false;
    }
    if (optind < count || arguments->operands_count > command->operands_max) {
        *exit_code = cli_refuse(arguments, "too many arguments");
        return false;
    }
    return true;
}

static enum cli_exit run_command(const struct cli_command *command, int count, char **texts)
{
    struct cli_arguments *arguments = mem_zalloc(sizeof(*arguments));
    enum cli_exit exit_code = CLI_TEMPORARY;

    if (arguments == NULL) {
        fputs("weir: out of memory\n", stderr);
        return exit_code;
    }
    arguments->command = command;
    if (read_arguments(arguments, count, texts, &exit_code)) {
        exit_code = command->run(arguments);
    }
    mem_free(arguments);
    return exit_code;
}

static enum cli_exit give_help(int count, char **texts)
{
    const struct cli_command *command;

    if (count < 1) {
        write_help(stdout);
        return CLI_OK;
    }
    command = find_command(texts[0]);
    if (command == NULL) {
        return refuse_command(texts[0]);
    }
    write_command_help(command, stdout);
    return CLI_OK;
}

static enum cli_exit choose(int count, char **texts)
{
    const struct cli_command *command;
    const char *name = count > 1 ? texts[1] : NULL;

    if (name == NULL) {
        write_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        return give_help(count - 2, texts + 2);
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("weir %s\n", WEIR_VERSION_TEXT);
        return CLI_OK;
    }
    command = find_command(name);
    return command == NULL ? refuse_command(name) : run_command(command, count - 1, texts + 1);
}

int cli_main(int count, char **arguments)
{
    enum cli_exit exit_code = choose(count, arguments);

    /* What was asked for and did not reach its reader is no success. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno != EPIPE) {
            fprintf(stderr, "weir: write to the standard output: %s\n", strerror(errno));
        }
        exit_code = exit_code == CLI_OK ? CLI_FAILED : exit_code;
    }
    return (int)exit_code;
}

const char *cli_value(const struct cli_arguments *arguments, const char *flag)
{
    for (size_t i = arguments->given_count; i > 0; i--) {
        if (strcmp(arguments->given[i - 1].flag->name, flag) == 0) {
            return arguments->given[i - 1].value;
        }
    }
    return NULL;
}

bool cli_has(const struct cli_arguments *arguments, const char *flag)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        if (strcmp(arguments->given[i].flag->name, flag) == 0) {
            return true;
        }
    }
    return false;
}

size_t cli_values(const struct cli_arguments *arguments, const char *flag, const char **out,
                  size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < arguments->given_count && count < max; i++) {
        if (strcmp(arguments->given[i].flag->name, flag) == 0) {
            out[count++] = arguments->given[i].value;
        }
    }
    return count;
}

bool cli_number(const struct cli_arguments *arguments, const char *flag, uint64_t min, uint64_t max,
                uint64_t *out)
{
    const char *text = cli_value(arguments, flag);
    unsigned long long number;
    char *end;

    if (text == NULL) {
        return true;
    }
    errno = 0;
    number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < min ||
        number > max) {
        cli_refuse(arguments, "--%s takes a whole number from %llu to %llu, not \"%s\"", flag,
                   (unsigned long long)min, (unsigned long long)max, text);
        return false;
    }
    *out = number;
    return true;
}

bool cli_duration(const struct cli_arguments *arguments, const char *flag, int64_t *out)
{
    const char *text = cli_value(arguments, flag);
    int64_t duration_ms;

    if (text == NULL) {
        return true;
    }
    duration_ms = duration_parse(text);
    if (duration_ms <= 0) {
        cli_refuse(arguments, "--%s takes a duration such as 500ms, 60s or 5m, not \"%s\"", flag,
                   text);
        return false;
    }
    *out = duration_ms;
    return true;
}
