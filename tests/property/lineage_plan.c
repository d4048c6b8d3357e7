/*
 * lineage_plan - a random lineage as data, and the RDDs that it stands for on one executor.
 */
#include "lineage_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "exec/action.h"
#include "exec/lineage.h"
#include "lineage_forms.h"

#define ROWS_MAX      8000u
#define TEXT_MAX      (1u << 21)
#define LEAF_ROWS_MAX 700u
#define TRIES_MAX     8u

static bool told(weir_status status, const char *what, const weir_error *error)
{
    if (status != WEIR_OK) {
        printf("%s failed: %s\n", what, error->msg);
    }
    return status == WEIR_OK;
}

char *lineage_rows(struct executor *executor, struct rdd *rdd, uint32_t *rows_count)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct bytes out = {0};
    struct block **blocks;
    uint32_t count;

    if (!told(action_collect(executor, rdd, &blocks, &count, &error), rdd->class->name, &error)) {
        return NULL;
    }
    *rows_count = 0;
    bytes_append_text(&out, "");
    for (uint32_t i = 0; i < count; i++) {
        bytes_printf(&out, "partition %u: %u rows\n", i, blocks[i]->rows_count);
        for (uint32_t row = 0; row < blocks[i]->rows_count; row++) {
            bytes_printf(&out, "%u: ", i);
            for (uint32_t column = 0; column < blocks[i]->columns_count; column++) {
                bytes_append_text(&out, column == 0 ? "" : " -> ");
                property_write(&out, column_value(&blocks[i]->columns[column], row));
            }
            bytes_append_text(&out, "\n");
        }
        *rows_count += blocks[i]->rows_count;
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return bytes_take(&out);
}

static struct rdd *make_leaf(const struct lineage_step *step)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block *present[PLAN_PARTITIONS_MAX];
    uint32_t starts[PLAN_PARTITIONS_MAX + 1] = {0};
    struct rdd *rdd;

    for (uint32_t i = 0; i < step->partitions; i++) {
        starts[i + 1] = starts[i];
        if (step->blocks[i] != NULL) {
            present[starts[i + 1]++] = step->blocks[i];
        }
    }
    weir_status status =
        rdd_create_blocks(present, starts, step->partitions, step->is_pairs, &rdd, &error);
    return told(status, "leaf", &error) ? rdd : NULL;
}

static struct rdd *make_step(const struct lineage_plan *plan, const struct lineage_step *step,
                             struct executor *executor, struct rdd *const *rdds)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdd;

    if (step->form == NULL) {
        return make_leaf(step);
    }
    const struct lineage_input input = {.executor = executor,
                                        .functions = plan->functions,
                                        .step = step,
                                        .left = rdds[step->left],
                                        .right = rdds[step->right]};
    return told(step->form->make(&input, &rdd, &error), step->form->name, &error) ? rdd : NULL;
}

bool lineage_build(const struct lineage_plan *plan, struct executor *executor, struct rdd **rdds)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        rdds[i] = make_step(plan, &plan->steps[i], executor, rdds);
        if (rdds[i] == NULL) {
            while (i > 0) {
                rdd_drop(rdds[--i]);
            }
            return false;
        }
    }
    return true;
}

void lineage_drop(const struct lineage_plan *plan, struct rdd **rdds)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        rdd_drop(rdds[i]);
    }
}

static struct block *random_block(struct property_random *random, const struct lineage_step *step)
{
    uint32_t count = property_chance(random, 6) ? 0 : property_below(random, LEAF_ROWS_MAX);
    struct weir_value *keys = calloc(count + 1, sizeof(*keys));
    struct weir_value *values = calloc(count + 1, sizeof(*values));
    weir_error error = {.struct_size = sizeof(error)};
    struct block *block;
    struct arena arena;

    if (keys == NULL || values == NULL) {
        abort();
    }
    arena_init(&arena);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = property_key(random, step->key_taste, &arena);
        values[i] = property_value(random, step->value_taste, &arena);
    }
    if (!told(block_create_values(step->is_pairs ? keys : NULL, values, count, &block, &error),
              "block", &error)) {
        abort();
    }
    arena_fini(&arena);
    free(keys);
    free(values);
    return block;
}

static void choose_leaf(struct lineage_step *step, struct property_random *random)
{
    step->is_pairs = !property_chance(random, 3);
    step->key_taste = (enum rows_taste)property_below(random, TASTES_COUNT);
    step->value_taste = (enum rows_taste)property_below(random, TASTES_COUNT);
    step->partitions = 1 + property_below(random, PLAN_PARTITIONS_MAX);
    for (uint32_t i = 0; i < step->partitions; i++) {
        step->blocks[i] = property_chance(random, 8) ? NULL : random_block(random, step);
    }
}

/* False: the plan has no parents for the form that came up. */
static bool choose_form(const struct lineage_plan *plan, struct lineage_step *step,
                        struct rdd *const *rdds, struct property_random *random)
{
    step->form = &lineage_forms[property_below(random, lineage_forms_count)];
    /* The last steps more often than the first: lineages are long rather than wide. */
    step->left = property_chance(random, 2) ? plan->count - 1 : property_below(random, plan->count);
    step->right = property_below(random, plan->count);
    step->partitions = 1 + property_below(random, PLAN_PARTITIONS_MAX);
    step->number = property_next(random) % 1000;

    const struct lineage_step *left = &plan->steps[step->left];
    const struct lineage_step *right = &plan->steps[step->right];
    bool is_pair_form = step->form->takes == TAKES_PAIRS;
    if (step->form->takes != TAKES_ANY && rdds[step->left]->is_pairs != is_pair_form) {
        return false;
    }
    if (step->form->parents_count == 1) {
        return true;
    }
    return rdds[step->right]->is_pairs == rdds[step->left]->is_pairs &&
           rdds[step->left]->partitions_count * rdds[step->right]->partitions_count <= 64 &&
           (step->form->product_max == 0 ||
            left->rows_count * right->rows_count <= step->form->product_max);
}

static void step_fini(struct lineage_step *step)
{
    for (uint32_t i = 0; i < PLAN_PARTITIONS_MAX; i++) {
        block_drop(step->blocks[i]);
    }
    mem_free(step->rows);
    *step = (struct lineage_step){0};
}

/* One more step. False: it failed. */
static bool grow_step(struct lineage_plan *plan, struct executor *executor, struct rdd **rdds,
                      struct property_random *random, bool is_leaf)
{
    for (uint32_t tries = 0; tries < TRIES_MAX; tries++) {
        struct lineage_step *step = &plan->steps[plan->count];

        *step = (struct lineage_step){0};
        if (is_leaf) {
            choose_leaf(step, random);
        } else if (!choose_form(plan, step, rdds, random)) {
            continue;
        }
        struct rdd *rdd = make_step(plan, step, executor, rdds);
        if (rdd == NULL) {
            return false;
        }
        step->rows = lineage_rows(executor, rdd, &step->rows_count);
        if (step->rows == NULL) {
            rdd_drop(rdd);
            return false;
        }
        if (step->rows_count <= ROWS_MAX && strlen(step->rows) <= TEXT_MAX) {
            rdds[plan->count++] = rdd;
            return true;
        }
        step_fini(step);
        rdd_drop(rdd);
    }
    return true;
}

bool lineage_plan_grow(struct lineage_plan *plan, struct property_random *random)
{
    const struct executor_options options = {.workers = 1, .partitions = 3, .chunk_rows = 1024};
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdds[PLAN_STEPS_MAX];
    struct executor *executor;
    bool is_fine = true;

    *plan = (struct lineage_plan){0};
    if (!told(function_registry_create(&plan->functions, &error), "registry", &error) ||
        !told(builtins_register(plan->functions, &error), "built-ins", &error) ||
        !told(executor_create(&options, &executor, &error), "executor", &error)) {
        return false;
    }
    uint32_t leaves = 1 + property_below(random, 3);
    uint32_t steps = 3 + property_below(random, PLAN_STEPS_MAX - 3 - leaves);
    for (uint32_t i = 0; i < leaves + steps && is_fine; i++) {
        is_fine = grow_step(plan, executor, rdds, random, i < leaves);
    }
    lineage_drop(plan, rdds);
    executor_destroy(executor);
    return is_fine;
}

void lineage_plan_print(const struct lineage_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct lineage_step *step = &plan->steps[i];

        if (step->form == NULL) {
            printf("  %2u: leaf of %s %s in %u partitions", i,
                   step->is_pairs ? property_taste_name(step->key_taste) : "plain",
                   property_taste_name(step->value_taste), step->partitions);
        } else if (step->form->parents_count == 2) {
            printf("  %2u: %s of %u and %u, partitions %u, number %" PRIu64, i, step->form->name,
                   step->left, step->right, step->partitions, step->number);
        } else {
            printf("  %2u: %s of %u, partitions %u, number %" PRIu64, i, step->form->name,
                   step->left, step->partitions, step->number);
        }
        printf(" (%u rows)\n", step->rows_count);
    }
}

void lineage_plan_fini(struct lineage_plan *plan)
{
    for (uint32_t i = 0; i < PLAN_STEPS_MAX; i++) {
        step_fini(&plan->steps[i]);
    }
    function_registry_destroy(plan->functions);
}
