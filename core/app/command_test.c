/*
 * command_test - weir test: runs the tests that stand in job files.
 */
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "app/test_run.h"
#include "base/log.h"

enum { NAME_COLUMNS = 60 };

struct tally {
    const struct cli_arguments *arguments;
    regex_t filter;
    bool has_filter;
    uint32_t passed;
    uint32_t failed;
};

static void write_outcome(const struct job_test *test, const struct test_outcome *outcome)
{
    if (!outcome->is_passed) {
        printf("  FAIL %s\n%s", test->name,
               outcome->report.data == NULL ? "" : outcome->report.data);
        return;
    }
    printf("  ok   %-*s  %" PRIu64 " batch%s, %g s of job time in %" PRId64 " ms\n", NAME_COLUMNS,
           test->name, outcome->batches, outcome->batches == 1 ? "" : "es",
           (double)outcome->job_ms / 1000.0, outcome->elapsed_us / 1000);
}

static bool is_wanted(const struct tally *tally, const struct job_test *test)
{
    return !tally->has_filter || regexec(&tally->filter, test->name, 0, NULL, 0) == 0;
}

/* The test of that place in the file, NULL behind the last. */
static const struct job_test *test_at(const struct job *job, size_t place)
{
    const struct job_test *test = job->tests;

    for (; test != NULL && place > 0; place--) {
        test = test->next;
    }
    return test;
}

/* Each test has a job of its own, read anew: state does not pass from one to the next. */
static enum cli_exit run_place(struct tally *tally, const char *path, size_t place, bool *is_last)
{
    struct job_session session;
    struct test_outcome outcome;
    enum cli_exit exit_code = job_session_read(&session, tally->arguments, path);

    *is_last = true;
    if (exit_code == CLI_OK) {
        const struct job_test *test = test_at(session.job, place);
        *is_last = test == NULL;
        if (test == NULL && (place == 0 || session.job->document.root == NULL)) {
            exit_code = job_session_check(&session); /* what is wrong with it is told */
        } else if (test != NULL && is_wanted(tally, test)) {
            exit_code = test_run(&session, test, &outcome);
            if (exit_code == CLI_OK) {
                write_outcome(test, &outcome);
                tally->passed += outcome.is_passed;
                tally->failed += !outcome.is_passed;
            }
            bytes_fini(&outcome.report);
        }
    }
    job_session_close(&session);
    return exit_code;
}

static enum cli_exit run_file(struct tally *tally, const char *path)
{
    enum cli_exit exit_code = CLI_OK;
    bool is_last = false;

    if (strcmp(path, "-") == 0) {
        return cli_refuse(tally->arguments, "a job is read once for each test: give a file, not -");
    }
    printf("%s\n", path);
    for (size_t place = 0; exit_code == CLI_OK && !is_last; place++) {
        exit_code = run_place(tally, path, place, &is_last);
        if (exit_code == CLI_OK && is_last && place == 0) {
            puts("  there are no tests in it");
        }
        fflush(stdout);
    }
    return exit_code;
}

static enum cli_exit test_files(struct tally *tally)
{
    enum cli_exit worst = CLI_OK;

    log_set_level(LOG_ERROR);
    for (size_t i = 0; i < tally->arguments->operands_count; i++) {
        enum cli_exit exit_code = run_file(tally, tally->arguments->operands[i]);
        worst = exit_code > worst ? exit_code : worst;
    }
    printf("%u passed, %u failed\n", tally->passed, tally->failed);
    return worst == CLI_OK && tally->failed > 0 ? CLI_TESTS_FAILED : worst;
}

static enum cli_exit test_main(const struct cli_arguments *arguments)
{
    struct tally tally = {.arguments = arguments};
    const char *filter = cli_value(arguments, "filter");
    enum cli_exit exit_code;

    if (filter != NULL) {
        int code = regcomp(&tally.filter, filter, REG_EXTENDED | REG_NOSUB);
        if (code != 0) {
            char text[128];
            regerror(code, &tally.filter, text, sizeof(text));
            return cli_refuse(arguments, "--filter \"%s\": %s", filter, text);
        }
        tally.has_filter = true;
    }
    exit_code = test_files(&tally);
    if (tally.has_filter) {
        regfree(&tally.filter);
    }
    return exit_code;
}

static const struct cli_flag test_flags[] = {
    {"filter", "RE", "run only tests whose names match"},
    {"set", "PLACE=VALUE", "put a value into the job file: --set /job/batch=1s"},
    {"plugin-path", "DIR", "look for plugins in this folder first"},
};

const struct cli_command command_test = {
    .name = "test",
    .operands = "JOB...",
    .summary = "run the tests that stand in job files",
    .text =
        "Runs each test under \"tests\" of each job file on a manual clock, in milliseconds. "
        "Every\n"
        "source is a queue that the test feeds, every sink keeps what it is given, and nothing is\n"
        "connected to or written. A batch \"at 12s\" is the one whose time is 12 s: time starts at "
        "0.\n"
        "Expected are \"rows\" (in order), \"set\" (in any order), \"first\", \"count\", \"none\" "
        "or\n"
        "\"error\" (a part of its message), of a sink or of any stream. Exit code 3: a test "
        "failed.\n",
    .operands_min = 1,
    .operands_max = CLI_OPERANDS_MAX,
    .flags = test_flags,
    .flags_count = sizeof(test_flags) / sizeof(test_flags[0]),
    .run = test_main,
};
