/*
 * test_block_store - every storage level keeps, evicts, spills, loses and computes again.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "exec/kept_piece.h"
#include "exec/rdd_persist.h"
#include "lib/exec_rows.h"

#define PARTS 8u
#define ROWS  2000u

static _Atomic uint32_t calls[PARTS]; /* rows computed, by partition */

static void emit_counted(const struct weir_row *row, struct weir_emitter *out,
                         struct weir_value argument)
{
    uint32_t part = (uint32_t)(row->value.integer / ROWS);
    char text[64];

    (void)argument;
    atomic_fetch_add(&calls[part], 1);
    int size =
        snprintf(text, sizeof(text), "row %lld of this partition", (long long)row->value.integer);
    char *memory = weir_emitter_memory(out, (size_t)size);
    memcpy(memory, text, (size_t)size);
    weir_emit(out, weir_text_bytes(memory, (uint32_t)size));
}

static const struct function counted = {
    .kind = WEIR_FUNCTION_ROW,
    .call = {.name = "counted", .kind = WEIR_FUNCTION_ROW, .row = emit_counted},
};

static struct rdd *texts(void)
{
    struct block *blocks[PARTS];
    struct weir_value *values = calloc(ROWS, sizeof(*values));

    assert_non_null(values);
    for (uint32_t part = 0; part < PARTS; part++) {
        atomic_store(&calls[part], 0);
        for (uint32_t i = 0; i < ROWS; i++) {
            values[i] = weir_int(part * ROWS + i);
        }
        assert_int_equal(block_create_values(NULL, values, ROWS, &blocks[part], NULL), WEIR_OK);
    }
    free(values);
    return exec_rows(exec_leaf_of(blocks, PARTS, false), ROWS_MAP, &counted, weir_null());
}

static struct executor *start(size_t limit_bytes)
{
    const struct executor_options options = {.workers = 1, .memory_limit_bytes = limit_bytes};
    struct executor *executor;

    assert_int_equal(executor_create(&options, &executor, NULL), WEIR_OK);
    return executor;
}

static struct executor_counters counters_of(const struct executor *executor)
{
    struct executor_counters counters;

    executor_counters(executor, &counters);
    return counters;
}

static uint32_t computed(uint32_t part)
{
    return atomic_load(&calls[part]) / ROWS;
}

static const enum storage_level levels[] = {
    STORAGE_MEMORY_ONLY,         STORAGE_MEMORY_ONLY_SER, STORAGE_MEMORY_AND_DISK,
    STORAGE_MEMORY_AND_DISK_SER, STORAGE_DISK_ONLY,       STORAGE_OFF_HEAP,
};
#define LEVELS_COUNT (sizeof(levels) / sizeof(levels[0]))

static void every_level_keeps_in_its_place_and_computes_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEVELS_COUNT; i++) {
        struct executor *executor = start(0);
        struct rdd *rdd = texts();
        enum storage_level level = levels[i];

        char *first = exec_text(executor, rdd);
        assert_int_equal(rdd_persist(rdd, level, NULL), WEIR_OK);
        char *second = exec_text(executor, rdd);
        char *third = exec_text(executor, rdd);
        assert_string_equal(first, second);
        assert_string_equal(first, third);
        for (uint32_t part = 0; part < PARTS; part++) {
            assert_int_equal(computed(part), 2);
        }
        struct executor_counters counters = counters_of(executor);
        bool is_off_heap = storage_is_off_heap(level);
        assert_int_equal(counters.blocks_stored_bytes > 0,
                         storage_uses_memory(level) && !is_off_heap);
        assert_int_equal(counters.off_heap_stored_bytes > 0, is_off_heap);
        assert_int_equal(counters.disk_stored_bytes > 0, level == STORAGE_DISK_ONLY);
        assert_int_equal(counters.recomputations, 0);
        mem_free(first);
        mem_free(second);
        mem_free(third);
        rdd_drop(rdd);
        counters = counters_of(executor);
        assert_int_equal(counters.blocks_stored_bytes + counters.off_heap_stored_bytes +
                             counters.disk_stored_bytes + counters.memory_used_bytes,
                         0);
        executor_destroy(executor);
    }
}

static void a_dropped_partition_alone_is_computed_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEVELS_COUNT; i++) {
        struct executor *executor = start(0);
        struct rdd *rdd = texts();

        assert_int_equal(rdd_persist(rdd, levels[i], NULL), WEIR_OK);
        char *first = exec_text(executor, rdd);
        assert_true(rdd_drop_partition(executor, rdd, 3));
        assert_false(rdd_drop_partition(executor, rdd, 3));
        char *second = exec_text(executor, rdd);
        assert_string_equal(first, second);
        for (uint32_t part = 0; part < PARTS; part++) {
            assert_int_equal(computed(part), part == 3 ? 2 : 1);
        }
        assert_int_equal(counters_of(executor).recomputations, 1);
        mem_free(first);
        mem_free(second);
        rdd_drop(rdd);
        executor_destroy(executor);
    }
}

static void what_does_not_fit_goes_to_disk_or_is_computed_again(void **state)
{
    const size_t limit = 700000; /* the partitions take twice as much */

    (void)state;
    for (size_t i = 0; i < LEVELS_COUNT; i++) {
        struct executor *executor = start(limit);
        struct rdd *rdd = texts();
        struct rdd *other = texts();
        enum storage_level level = levels[i];

        char *plain = exec_text(executor, rdd);
        assert_int_equal(rdd_persist(rdd, level, NULL), WEIR_OK);
        assert_int_equal(rdd_persist(other, level, NULL), WEIR_OK);
        for (int round = 0; round < 3; round++) {
            char *text = exec_text(executor, round == 1 ? other : rdd);
            assert_string_equal(text, plain);
            mem_free(text);
        }
        struct executor_counters counters = counters_of(executor);
        assert_true(counters.blocks_stored_bytes + counters.off_heap_stored_bytes <= limit);
        assert_true(counters.memory_used_bytes <= limit);
        if (storage_uses_disk(level)) {
            assert_int_equal(counters.recomputations, 0);
            assert_true(counters.disk_stored_bytes > 0);
            assert_true(level == STORAGE_DISK_ONLY || counters.spills > 0);
            assert_int_equal(computed(0), 3); /* plain, and once for each */
        } else {
            assert_int_equal(counters.disk_stored_bytes, 0);
            assert_true(counters.recomputations > 0);
        }
        mem_free(plain);
        rdd_drop(rdd);
        rdd_drop(other);
        assert_int_equal(counters_of(executor).memory_used_bytes, 0);
        executor_destroy(executor);
    }
}

static void a_damaged_partition_is_computed_again_from_where_it_breaks(void **state)
{
    struct executor *executor = start(300000); /* several pieces a partition */
    struct rdd *rdd = texts();
    struct kept_reader reader;
    enum kept_state kept;

    (void)state;
    assert_int_equal(rdd_persist(rdd, STORAGE_DISK_ONLY, NULL), WEIR_OK);
    char *first = exec_text(executor, rdd);
    assert_int_equal(
        block_store_open(executor_block_store(executor), rdd->id, 5, &reader, &kept, NULL),
        WEIR_OK);
    assert_int_equal(kept, KEPT_HERE);
    assert_true(reader.count > 1);
    const struct spill_extent *extent = &reader.pieces[reader.count - 1]->extent;
    assert_int_equal(
        pwrite(spill_extent_descriptor(extent), "damage", 6, (off_t)(extent->offset + 20)), 6);
    kept_reader_close(&reader);

    char *second = exec_text(executor, rdd);
    assert_string_equal(first, second);
    for (uint32_t part = 0; part < PARTS; part++) {
        assert_int_equal(computed(part), part == 5 ? 2 : 1);
    }
    assert_int_equal(counters_of(executor).recomputations, 1);
    assert_int_equal(counters_of(executor).task_failures, 0);
    mem_free(first);
    mem_free(second);
    rdd_drop(rdd);
    executor_destroy(executor);
}

/* The job alone: what the test itself needs is no step that fails. */
static weir_status try_job(struct executor *executor, struct rdd *rdd)
{
    struct block **blocks;
    uint32_t count;
    weir_status status = action_collect(executor, rdd, &blocks, &count, NULL);

    for (uint32_t i = 0; status == WEIR_OK && i < count; i++) {
        block_drop(blocks[i]);
    }
    if (status == WEIR_OK) {
        mem_free(blocks);
    }
    return status;
}

static void whichever_step_fails_the_rows_are_right_or_the_job_fails(void **state)
{
    static const enum storage_level some[] = {STORAGE_MEMORY_AND_DISK, STORAGE_OFF_HEAP,
                                              STORAGE_DISK_ONLY};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct executor *executor = start(300000);
        char *plain = NULL;
        int failures = 0;

        for (int step = 0;; step += 1 + step / 8) {
            struct rdd *rdd = texts();
            assert_int_equal(rdd_persist(rdd, some[i], NULL), WEIR_OK);
            if (plain == NULL) {
                plain = exec_text(executor, rdd);
                rdd_unpersist(executor, rdd);
                assert_int_equal(rdd_persist(rdd, some[i], NULL), WEIR_OK);
            }
            fault_arm(step);
            weir_status status = try_job(executor, rdd);
            if (status == WEIR_OK) {
                status = try_job(executor, rdd); /* of what is kept */
            }
            bool was_reached = fault_disarm();
            char *text = exec_text(executor, rdd);
            assert_string_equal(text, plain);
            mem_free(text);
            rdd_drop(rdd);
            assert_int_equal(counters_of(executor).memory_used_bytes, 0);
            assert_int_equal(counters_of(executor).spilled_bytes, 0);
            if (!was_reached) {
                assert_int_equal(status, WEIR_OK);
                break;
            }
            failures++;
        }
        assert_true(failures > 20);
        mem_free(plain);
        executor_destroy(executor);
    }
}

static void partitions_dropped_while_jobs_run_change_nothing(void **state)
{
    const struct executor_options options = {.workers = 4, .memory_limit_bytes = 500000};
    struct executor *executor;

    (void)state;
    assert_int_equal(executor_create(&options, &executor, NULL), WEIR_OK);
    struct rdd *rdd = texts();
    char *plain = exec_text(executor, rdd);
    assert_int_equal(rdd_persist(rdd, STORAGE_MEMORY_AND_DISK, NULL), WEIR_OK);
    for (uint32_t round = 0; round < 40; round++) {
        char *text = exec_text(executor, rdd);
        assert_string_equal(text, plain);
        mem_free(text);
        rdd_drop_partition(executor, rdd, round % PARTS);
        rdd_drop_partition(executor, rdd, round * 5 % PARTS);
    }
    mem_free(plain);
    rdd_drop(rdd);
    executor_destroy(executor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_keeps_in_its_place_and_computes_once),
        cmocka_unit_test(a_dropped_partition_alone_is_computed_again),
        cmocka_unit_test(what_does_not_fit_goes_to_disk_or_is_computed_again),
        cmocka_unit_test(a_damaged_partition_is_computed_again_from_where_it_breaks),
        cmocka_unit_test(whichever_step_fails_the_rows_are_right_or_the_job_fails),
        cmocka_unit_test(partitions_dropped_while_jobs_run_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
