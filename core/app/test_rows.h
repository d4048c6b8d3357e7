/*
 * test_rows - what a test of a job file expects of a batch, held against what came.
 */
#ifndef WEIR_APP_TEST_ROWS_H
#define WEIR_APP_TEST_ROWS_H

#include <weir/weir.h>

#include "app/job_tests.h"
#include "base/bytes.h"

/* rows NULL: there was no output in this batch. False when it is not as expected: `why` tells what
 * was and what should be, lines without an end of line after the last. */
bool test_rows_are(const struct test_expectation *expectation, const struct weir_rows *rows,
                   struct bytes *why);

/* A value in a job file's words. True when the row's is the same: numbers by what they count,
 * lists also as tuples, objects as maps. */
bool test_value_is(const struct document_node *wanted, struct weir_value value);

#endif
