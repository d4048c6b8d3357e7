/*
 * test_host - a host for one receiver: it loads a plugin, drives its life on a thread of its own,
 * collects what it delivers, and holds it to the contract.
 *
 * What the plugin does against the contract (a slice outside its block, a call from the wrong
 * thread, a block left open ...) makes test_host_destroy fail the test.
 *
 * Life:     create, options, start, waits, test_host_end, destroy.
 * Threads:  the test's thread; waits end when the condition holds, or fail the test after 20 s.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/plugin.h>

struct test_host;

struct test_record {
    char *value; /* ends with NUL, too */
    size_t length;
    char *key; /* NULL: none */
    int64_t event_time_ns;
    uint64_t batch;    /* the batch that was being filled */
    uint64_t delivery; /* 1, 2, 3 ... */
};

struct test_host *test_host_create(const char *plugin);
void test_host_destroy(struct test_host *host);

/* Options: strings, enums and JSON as text; ints, bools, bytes, and durations in ns as numbers. */
void test_host_text(struct test_host *host, const char *key, const char *text);
void test_host_number(struct test_host *host, const char *key, int64_t number);

/* Before the start. The clock stands still at now_ns until it is advanced; the batches begin with
 * number 1, which ends at first_ms. */
void test_host_set_clock(struct test_host *host, int64_t now_ns);
void test_host_use_ticks(struct test_host *host, int64_t first_ms, int64_t interval_ms);

/* The same, with a host that has no wait_batch_end. */
void test_host_use_old_ticks(struct test_host *host, int64_t first_ms, int64_t interval_ms);

/* Blocks are no larger than what the plugin asks for. */
void test_host_use_tight_blocks(struct test_host *host);

/* The receiver may open files only as the user nobody may. For tests that root runs. */
void test_host_as_nobody(struct test_host *host);

/* Only counts records and bytes, for measuring. */
void test_host_count_only(struct test_host *host);

weir_status test_host_check(struct test_host *host, weir_error *error);
/* Returns when start() has returned. */
void test_host_start(struct test_host *host);

/* No room until it is given again: every call that wants some answers AGAIN after its timeout. */
void test_host_set_full(struct test_host *host, bool is_full);
void test_host_advance(struct test_host *host, int64_t by_ns);

/* Ends the batch: moves the clock to its end, and waits until the receiver has said that it is
 * done with it. */
void test_host_tick(struct test_host *host);

void test_host_wait_records(struct test_host *host, size_t count);
void test_host_wait_value(struct test_host *host, const char *value);

/* Waits until the receiver was told so often that there is no room, since that was set. */
void test_host_wait_refusals(struct test_host *host, uint64_t count);

/* Waits for a line of the log, or an error that was reported, with that in it; returns it. */
const char *test_host_wait_log(struct test_host *host, const char *part);
size_t test_host_count_log(struct test_host *host, const char *part);

/* Waits until run() has returned by itself: its status; the error's text is test_host_story. */
weir_status test_host_wait_return(struct test_host *host);
const char *test_host_story(struct test_host *host);

/* Asks for a stop and waits until all is over; the same status. Fails when it takes 5 s. */
weir_status test_host_end(struct test_host *host);

/* The receiver asked to be stopped, with this. NULL: it did not. */
const char *test_host_stop_reason(struct test_host *host);

size_t test_host_records_count(struct test_host *host);
uint64_t test_host_bytes_count(struct test_host *host);
int64_t test_host_metric(struct test_host *host, const char *name);

/* After the end only: the records as they came. */
const struct test_record *test_host_record(struct test_host *host, size_t index);

/* All values so far, "a|b|c". The caller frees it. */
char *test_host_values(struct test_host *host);
void test_host_expect_values(struct test_host *host, const char *expected);

#endif
