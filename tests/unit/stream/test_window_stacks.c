/*
 * test_window_stacks - the combination of a queue of batches, against one that is made anew.
 *
 * An RDD here is a text, and two combine to both of them, one behind the other: the order counts.
 */
#include "stream/window_stacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX 4096

struct text_rdd {
    struct rdd rdd;
    char text[TEXT_MAX];
};

static const struct rdd_class text_class = {.name = "text"};

static struct rdd *text(const char *first, const char *second)
{
    struct rdd *rdd;

    assert_int_equal(rdd_create(&text_class, sizeof(struct text_rdd), 0, NULL, 0, &rdd, NULL),
                     WEIR_OK);
    snprintf(((struct text_rdd *)rdd)->text, TEXT_MAX, "%s%s", first, second);
    return rdd;
}

static const char *text_of(const struct rdd *rdd)
{
    return rdd == NULL ? "" : ((const struct text_rdd *)rdd)->text;
}

struct combining {
    uint32_t count;
    uint32_t fails_every; /* 0: never */
};

static weir_status combine(void *owner, struct rdd *older, struct rdd *newer, struct rdd **out,
                           weir_error *error)
{
    struct combining *combining = owner;

    combining->count++;
    if (combining->fails_every != 0 && combining->count % combining->fails_every == 0) {
        return error_set(error, WEIR_E_NOMEM, "no memory");
    }
    *out = text(text_of(older), text_of(newer));
    return WEIR_OK;
}

static void name_of(int64_t time_ms, char out[32])
{
    snprintf(out, 32, "%lld ", (long long)time_ms);
}

static weir_status push(struct window_stacks *stacks, int64_t time_ms)
{
    char name[32];

    name_of(time_ms, name);
    struct rdd *rdd = text(name, "");
    weir_status status = window_stacks_push(stacks, time_ms, rdd, NULL);
    rdd_drop(rdd);
    return status;
}

static void expect(const struct window_stacks *stacks, int64_t after_ms, int64_t until_ms)
{
    char wanted[TEXT_MAX] = "";
    char got[2 * TEXT_MAX];
    struct rdd *older;
    struct rdd *newer;
    char name[32];

    for (int64_t time_ms = after_ms + 1; time_ms <= until_ms; time_ms++) {
        name_of(time_ms, name);
        strcat(wanted, name);
    }
    window_stacks_view(stacks, &older, &newer);
    snprintf(got, sizeof(got), "%s%s", text_of(older), text_of(newer));
    assert_string_equal(got, wanted);
}

static void a_sliding_window_is_all_its_batches_in_order(void **state)
{
    (void)state;
    for (int64_t window = 1; window <= 40; window++) {
        struct combining combining = {.count = 0};
        struct window_stacks stacks;

        window_stacks_init(&stacks, combine, &combining);
        for (int64_t time_ms = 1; time_ms <= 3 * window + 5; time_ms++) {
            int64_t after_ms = time_ms > window ? time_ms - window : 0;
            combining.count = 0;
            assert_int_equal(window_stacks_evict(&stacks, after_ms, NULL), WEIR_OK);
            assert_in_range(combining.count, 0, 2);
            combining.count = 0;
            assert_int_equal(push(&stacks, time_ms), WEIR_OK);
            assert_in_range(combining.count, 0, 3);
            expect(&stacks, after_ms, time_ms);
        }
        window_stacks_fini(&stacks);
    }
}

static void pushes_and_evictions_in_any_turn_keep_the_order(void **state)
{
    unsigned int seed = 7;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct combining combining = {.count = 0};
        struct window_stacks stacks;
        int64_t after_ms = 0;
        int64_t until_ms = 0;

        window_stacks_init(&stacks, combine, &combining);
        for (int i = 0; i < 300; i++) {
            int chance = rand_r(&seed) % 100;
            combining.count = 0;
            if (chance < 45 && after_ms < until_ms) {
                after_ms++;
                assert_int_equal(window_stacks_evict(&stacks, after_ms, NULL), WEIR_OK);
            } else if (chance < 47) {
                after_ms = until_ms;
                assert_int_equal(window_stacks_evict(&stacks, after_ms, NULL), WEIR_OK);
                combining.count = 0;
            } else {
                until_ms++;
                assert_int_equal(push(&stacks, until_ms), WEIR_OK);
            }
            assert_in_range(combining.count, 0, 3);
            expect(&stacks, after_ms, until_ms);
        }
        window_stacks_fini(&stacks);
    }
}

static void a_combination_that_fails_is_made_up_for(void **state)
{
    (void)state;
    for (uint32_t fails_every = 3; fails_every < 20; fails_every++) {
        struct combining combining = {.fails_every = fails_every};
        struct window_stacks stacks;

        window_stacks_init(&stacks, combine, &combining);
        for (int64_t time_ms = 1; time_ms <= 100; time_ms++) {
            int64_t after_ms = time_ms > 9 ? time_ms - 9 : 0;
            while (window_stacks_evict(&stacks, after_ms, NULL) != WEIR_OK) {
            }
            while (window_stacks_newest(&stacks) != time_ms) {
                if (push(&stacks, time_ms) != WEIR_OK && window_stacks_newest(&stacks) == time_ms) {
                    break; /* it is in, and what is left to do comes next */
                }
            }
            while (window_stacks_evict(&stacks, after_ms, NULL) != WEIR_OK) {
            }
            expect(&stacks, after_ms, time_ms);
        }
        window_stacks_fini(&stacks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sliding_window_is_all_its_batches_in_order),
        cmocka_unit_test(pushes_and_evictions_in_any_turn_keep_the_order),
        cmocka_unit_test(a_combination_that_fails_is_made_up_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
