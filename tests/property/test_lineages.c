/*
 * test_lineages - random lineages over random rows give the same rows, to the last bit and in the
 * same order, whatever the number of workers, the chunk size, the storage levels, the memory limit,
 * and the partitions that are lost on the way.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "lineage_plan.h"
#include "plan/rdd.h"

#define VARIANTS_COUNT 6u
#define CHECKS_COUNT   3u

/* What all cases together have seen: the test is worth nothing when these stay 0. */
static struct {
    uint64_t rows_compared;
    uint64_t lost;
    uint64_t recomputed;
    uint64_t evicted;
    uint64_t spilling_runs;
} seen;

static const enum storage_level levels[] = {STORAGE_MEMORY_ONLY,     STORAGE_MEMORY_ONLY_SER,
                                            STORAGE_MEMORY_AND_DISK, STORAGE_MEMORY_AND_DISK_SER,
                                            STORAGE_DISK_ONLY,       STORAGE_OFF_HEAP};

/* One way to run a plan. */
struct variant {
    struct executor_options options;
    enum storage_level storage[PLAN_STEPS_MAX];
    struct bytes dropped; /* "step.partition ..." */
};

static void choose_variant(struct variant *variant, const struct lineage_plan *plan,
                           struct property_random *random, uint32_t number)
{
    static const uint32_t workers[] = {1, 2, 8};
    static const size_t limits[] = {0, 0, (size_t)16 << 10, (size_t)64 << 10, (size_t)512 << 10};

    *variant =
        (struct variant){.options = {.workers = workers[number % 3],
                                     .partitions = 3,
                                     .chunk_rows = property_chunk_rows(random),
                                     .memory_limit_bytes = limits[property_below(random, 5)]}};
    for (uint32_t i = 0; i < plan->count; i++) {
        if (property_chance(random, 2)) {
            variant->storage[i] = levels[property_below(random, sizeof(levels) / sizeof(*levels))];
        }
    }
}

static void variant_print(struct variant *variant, const struct lineage_plan *plan)
{
    printf("  with %u workers, chunks of %u rows, %zu bytes of memory (0: any)\n",
           variant->options.workers, variant->options.chunk_rows,
           variant->options.memory_limit_bytes);
    for (uint32_t i = 0; i < plan->count; i++) {
        if (variant->storage[i] != STORAGE_NONE) {
            printf("  step %u kept %s\n", i, storage_level_name(variant->storage[i]));
        }
    }
    bytes_append_text(&variant->dropped, "");
    char *dropped = bytes_take(&variant->dropped);
    printf("  partitions lost so far (step.partition): %s\n", dropped);
    mem_free(dropped);
}

/* About half of the kept partitions go. */
static void lose_partitions(struct variant *variant, const struct lineage_plan *plan,
                            struct executor *executor, struct rdd *const *rdds,
                            struct property_random *random)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        for (uint32_t partition = 0; partition < rdds[i]->partitions_count; partition++) {
            if (property_chance(random, 2) &&
                block_store_drop_partition(executor_block_store(executor), rdds[i]->id,
                                           partition)) {
                bytes_printf(&variant->dropped, "%u.%u ", i, partition);
                seen.lost++;
            }
        }
    }
}

static bool check_step(const struct lineage_plan *plan, uint32_t step, struct executor *executor,
                       struct rdd *rdd)
{
    uint32_t rows_count;
    char *rows = lineage_rows(executor, rdd, &rows_count);
    bool is_same = rows != NULL && property_same(plan->steps[step].rows, rows);

    if (!is_same) {
        printf("  ... in step %u\n", step);
    }
    seen.rows_compared += plan->steps[step].rows_count;
    mem_free(rows);
    return is_same;
}

static bool run_variant(struct variant *variant, const struct lineage_plan *plan,
                        struct property_random *random)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdds[PLAN_STEPS_MAX];
    struct executor *executor;
    bool is_same = true;

    if (executor_create(&variant->options, &executor, &error) != WEIR_OK) {
        printf("executor: %s\n", error.msg);
        return false;
    }
    if (!lineage_build(plan, executor, rdds)) {
        executor_destroy(executor);
        return false;
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        rdds[i]->storage = variant->storage[i];
    }
    for (uint32_t check = 0; check < CHECKS_COUNT && is_same; check++) {
        uint32_t step = check == 1 ? property_below(random, plan->count) : plan->count - 1;
        is_same = check_step(plan, step, executor, rdds[step]);
        lose_partitions(variant, plan, executor, rdds, random);
    }
    struct executor_counters counters;
    executor_counters(executor, &counters);
    seen.recomputed += counters.recomputations;
    seen.evicted += counters.evictions;
    seen.spilling_runs += counters.spilled_bytes > 0;
    lineage_drop(plan, rdds);
    executor_destroy(executor);
    return is_same;
}

static bool run_case(uint64_t seed)
{
    struct property_random random = {seed};
    struct lineage_plan plan;
    bool is_same = lineage_plan_grow(&plan, &random);

    for (uint32_t number = 0; number < VARIANTS_COUNT && is_same; number++) {
        struct variant variant;

        choose_variant(&variant, &plan, &random, number);
        is_same = run_variant(&variant, &plan, &random);
        if (!is_same) {
            variant_print(&variant, &plan);
        }
        bytes_fini(&variant.dropped);
    }
    if (!is_same) {
        lineage_plan_print(&plan);
    }
    lineage_plan_fini(&plan);
    return is_same;
}

int main(void)
{
    int status = property_main("random lineages", run_case);

    printf("%" PRIu64 " rows compared; of kept partitions %" PRIu64 " were lost, %" PRIu64
           " evicted, %" PRIu64 " computed again; %" PRIu64 " runs had something on disk\n",
           seen.rows_compared, seen.lost, seen.evicted, seen.recomputed, seen.spilling_runs);
    return status;
}
