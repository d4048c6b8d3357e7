/*
 * test_run - one test of a job file, run on a manual clock.
 *
 * Every source is a queue: those that the test feeds give what it says, the others nothing. Every
 * sink keeps what it is given, and so does every stream of which something is expected.
 *
 * Life:     within one call.
 */
#ifndef WEIR_APP_TEST_RUN_H
#define WEIR_APP_TEST_RUN_H

#include "app/job_session.h"
#include "app/job_tests.h"

struct test_outcome {
    bool is_passed;
    uint64_t batches;
    int64_t job_ms; /* time on the manual clock */
    int64_t elapsed_us;
    struct bytes report; /* of what was not as expected; the caller's (bytes_fini) */
};

/* The session was read, not checked: it is used up. CLI_OK also when the test fails. Problems of
 * the job file and errors of the machine are told on stderr. */
enum cli_exit test_run(struct job_session *session, const struct job_test *test,
                       struct test_outcome *outcome);

#endif
