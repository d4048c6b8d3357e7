/* Whichever step of a program's life fails, it is told, and what comes out is right or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <weir/test.h>

#include "base/fault.h"
#include "base/log.h"

#define LONG_LINE "a line that is longer than what fits into a value"
#define ONE       "(" LONG_LINE ",1)\n"
#define BOTH      "(" LONG_LINE ",2)\n"

/* A map with an argument that has to be copied. */
static void same(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    (void)argument;
    weir_emit(out, row->value);
}

static struct weir_rdd *map_same(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)time_ms;
    return weir_rdd_map(rdd, WEIR_FUNCTION(same), argument);
}

struct life {
    bool is_made;
    bool is_fed;
    weir_status start;
    weir_status advance;
    weir_status end;
    char rows[256]; /* of the first window */
    char later[256];
};

static void build(struct weir_context *context, struct weir_capture **capture, struct life *life)
{
    struct weir_queue *queue = weir_queue_create(context, "lines", true);
    struct weir_stream *lines = weir_transform(weir_queue_stream(queue), WEIR_FUNCTION(map_same),
                                               weir_text("an argument of some length"));
    struct weir_stream *counts = weir_reduce_by_key_and_window(
        weir_map_to_pair(weir_union(&lines, 1), WEIR_WITH_ONE, weir_null()), WEIR_SUM, weir_null(),
        "2s", "2s");
    struct weir_value line = weir_text(LONG_LINE);

    *capture = weir_capture(weir_name(counts, "counts"));
    life->is_fed =
        weir_queue_push(queue, &line, 1) == WEIR_OK && weir_queue_push(queue, &line, 1) == WEIR_OK;
}

/* "": no RDD, or no memory for its text. */
static void read_rows(struct weir_capture *capture, int64_t time_ms, char *out, size_t size)
{
    const char *text = weir_capture_text(capture, time_ms);

    snprintf(out, size, "%s", text == NULL ? "" : text);
}

static struct life live(void)
{
    struct weir_context *context = weir_test_context(1000);
    struct life life = {.is_made = context != NULL};
    struct weir_capture *capture;

    if (context == NULL) {
        return life;
    }
    build(context, &capture, &life);
    life.start = weir_start(context);
    if (life.start == WEIR_OK) {
        life.advance = weir_test_advance(context, 4);
        life.end = weir_await_termination_or_timeout(context, 0);
    }
    read_rows(capture, 2000, life.rows, sizeof(life.rows));
    read_rows(capture, 4000, life.later, sizeof(life.later));
    weir_context_destroy(context);
    return life;
}

static void a_failing_step_is_told_and_nothing_is_wrong_in_silence(void **state)
{
    int steps = 0;

    (void)state;
    log_set_level(LOG_OFF);
    for (;; steps++) {
        fault_arm(steps);
        struct life life = live();
        if (!fault_disarm()) {
            assert_string_equal(life.rows, BOTH);
            break;
        }
        if (!life.is_made || !life.is_fed || life.start != WEIR_OK || life.advance != WEIR_OK ||
            life.end != WEIR_AGAIN) {
            continue; /* it was told */
        }
        if (strcmp(life.rows, ONE) == 0) { /* what was not taken in its batch came in the next */
            assert_string_equal(life.later, ONE);
        } else {
            assert_string_equal(life.later, "");
            assert_true(strcmp(life.rows, BOTH) == 0 || strcmp(life.rows, "") == 0);
        }
    }
    assert_true(steps > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_step_is_told_and_nothing_is_wrong_in_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
