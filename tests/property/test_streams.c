/*
 * test_streams - random programs of streams give the same batches, to the last bit and in the
 * same order, whatever the number of workers, the chunk size, the storage levels, and the
 * partitions that are lost between batches.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <weir/test.h>

#include "app/api.h"
#include "base/mem.h"
#include "exec/block_store.h"
#include "exec/executor_internal.h"
#include "plan/rdd.h"
#include "property.h"
#include "property_functions.h"
#include "stream_forms.h"

#define SOURCES_MAX    3u
#define STEPS_MAX      9u
#define BATCHES_COUNT  8u
#define PUSHES_MAX     4u
#define PUSH_ROWS_MAX  60u
#define ROWS_EXPECTED  4000.0
#define VARIANTS_COUNT 6u
#define BATCH_MS       1000

struct push {
    struct weir_value *keys;
    struct weir_value *values;
    uint32_t count;
};

struct stream_step {
    const struct stream_form *form; /* NULL: a source */
    uint32_t left;
    uint32_t right;
    uint32_t partitions;
    uint32_t number;
    uint32_t slide_batches;
    char window[16];
    char slide[16];
    bool is_pairs;
    double rows_expected;
    enum rows_taste key_taste;
    enum rows_taste value_taste;
    uint32_t pushes_count[BATCHES_COUNT];
    struct push pushes[BATCHES_COUNT][PUSHES_MAX];
};

struct program {
    struct stream_step steps[SOURCES_MAX + STEPS_MAX];
    uint32_t count;
    struct arena arena; /* of all rows */
};

/* One way to run it. */
struct variant {
    uint32_t workers;
    uint32_t chunk_rows;
    const char *levels[SOURCES_MAX + STEPS_MAX]; /* NULL: as it comes */
    bool loses;
    struct property_random random; /* of what is lost */
};

/* The run that is on: functions of a context know nothing else of the test. */
static struct variant *running_variant;
static uint64_t lost_count;

static void lose(struct executor *executor, const struct rdd *rdd, uint32_t depth)
{
    for (uint32_t i = 0; i < rdd->partitions_count; i++) {
        if (property_chance(&running_variant->random, 2)) {
            lost_count +=
                block_store_drop_partition(executor_block_store(executor), rdd->id, i) ? 1 : 0;
        }
    }
    for (uint32_t i = 0; depth > 0 && i < rdd_parents_count(rdd); i++) {
        lose(executor, rdd_parent(rdd, i), depth - 1);
    }
}

/* Between two outputs of a batch: drops partitions of what is kept, here and upstream. */
static int32_t lose_some(struct weir_rdd *rdd, int64_t time_ms, struct weir_value argument)
{
    (void)time_ms;
    (void)argument;
    lose(rdd->pool->executor, rdd->rdd, 12);
    return 0;
}

static void choose_source(struct program *program, struct property_random *random)
{
    struct stream_step *step = &program->steps[program->count++];

    *step = (struct stream_step){.slide_batches = 1, .rows_expected = 60};
    step->is_pairs = !property_chance(random, 3);
    step->key_taste = (enum rows_taste)property_below(random, TASTES_COUNT);
    step->value_taste = (enum rows_taste)property_below(random, TASTES_COUNT);
    for (uint32_t batch = 0; batch < BATCHES_COUNT; batch++) {
        step->pushes_count[batch] = property_below(random, PUSHES_MAX + 1);
        for (uint32_t i = 0; i < step->pushes_count[batch]; i++) {
            struct push *push = &step->pushes[batch][i];
            push->count = property_chance(random, 5) ? 0 : property_below(random, PUSH_ROWS_MAX);
            push->keys = arena_alloc(&program->arena, (push->count + 1) * sizeof(*push->keys));
            push->values = arena_alloc(&program->arena, (push->count + 1) * sizeof(*push->keys));
            if (push->keys == NULL || push->values == NULL) {
                abort();
            }
            for (uint32_t row = 0; row < push->count; row++) {
                push->keys[row] = property_key(random, step->key_taste, &program->arena);
                push->values[row] = property_value(random, step->value_taste, &program->arena);
            }
        }
    }
}

static double rows_expected(const struct stream_form *form, const struct stream_step *left,
                            const struct stream_step *right)
{
    switch (form->growth) {
    case GROWS_NOT:
        return left->rows_expected;
    case GROWS_SOME:
        return left->rows_expected * 3;
    case GROWS_TO_ONE:
        return 3;
    case GROWS_ADDED:
        return left->rows_expected + right->rows_expected;
    case GROWS_JOINED:
        break;
    }
    return left->rows_expected * right->rows_expected / 3 + left->rows_expected;
}

static void choose_step(struct program *program, struct property_random *random)
{
    struct stream_step *step = &program->steps[program->count];
    const struct stream_form *form = &stream_forms[property_below(random, stream_forms_count)];
    uint32_t left =
        property_chance(random, 2) ? program->count - 1 : property_below(random, program->count);
    uint32_t right = property_below(random, program->count);
    const struct stream_step *parents[] = {&program->steps[left], &program->steps[right]};
    uint32_t slide = 1 + property_below(random, 2);
    uint32_t window = slide * (1 + property_below(random, 4));

    if ((form->takes != STREAM_ANY && parents[0]->is_pairs != (form->takes == STREAM_PAIRS)) ||
        (form->parents_count == 2 && (parents[0]->is_pairs != parents[1]->is_pairs ||
                                      parents[0]->slide_batches != parents[1]->slide_batches))) {
        return;
    }
    *step = (struct stream_step){.form = form,
                                 .left = left,
                                 .right = right,
                                 .partitions = 1 + property_below(random, 5),
                                 .number = property_below(random, 100),
                                 .slide_batches = parents[0]->slide_batches,
                                 .rows_expected = rows_expected(form, parents[0], parents[1])};
    step->is_pairs = form->gives == GIVES_SAME ? parents[0]->is_pairs : form->gives == GIVES_PAIRS;
    if (form->is_window) {
        step->slide_batches *= slide;
        step->rows_expected *= window;
        snprintf(step->slide, sizeof(step->slide), "%us", step->slide_batches);
        snprintf(step->window, sizeof(step->window), "%us", window * parents[0]->slide_batches);
    }
    if (step->rows_expected <= ROWS_EXPECTED && step->slide_batches <= BATCHES_COUNT / 2) {
        program->count++;
    }
}

static void program_choose(struct program *program, struct property_random *random)
{
    uint32_t sources = 1 + property_below(random, SOURCES_MAX);
    uint32_t tries = 4 + property_below(random, 20);

    *program = (struct program){0};
    arena_init(&program->arena);
    for (uint32_t i = 0; i < sources; i++) {
        choose_source(program, random);
    }
    while (tries-- > 0 && program->count < sources + STEPS_MAX) {
        choose_step(program, random);
    }
}

static void program_print(const struct program *program, const struct variant *variant)
{
    for (uint32_t i = 0; i < program->count; i++) {
        const struct stream_step *step = &program->steps[i];

        if (step->form == NULL) {
            printf("  %2u: source of %s %s", i,
                   step->is_pairs ? property_taste_name(step->key_taste) : "plain",
                   property_taste_name(step->value_taste));
        } else if (step->form->parents_count == 2) {
            printf("  %2u: %s of %u and %u", i, step->form->name, step->left, step->right);
        } else {
            printf("  %2u: %s of %u", i, step->form->name, step->left);
        }
        printf(step->window[0] != '\0' ? ", window %s, slide %s" : "%s%s", step->window,
               step->slide);
        printf(", partitions %u, number %u%s%s\n", step->partitions, step->number,
               variant->levels[i] == NULL ? "" : ", kept ",
               variant->levels[i] == NULL ? "" : variant->levels[i]);
    }
    printf("  with %u workers, chunks of %u rows%s\n", variant->workers, variant->chunk_rows,
           variant->loses ? ", partitions lost between outputs" : "");
}

/* What one run makes and shows. */
struct run {
    struct weir_context *context;
    struct weir_queue *queues[SOURCES_MAX];
    struct weir_capture *captures[SOURCES_MAX + STEPS_MAX];
};

static void run_build(struct run *run, const struct program *program, const struct variant *variant)
{
    struct weir_stream *streams[SOURCES_MAX + STEPS_MAX];

    for (uint32_t i = 0; i < program->count; i++) {
        const struct stream_step *step = &program->steps[i];

        if (step->form == NULL) {
            char name[16];
            snprintf(name, sizeof(name), "q%u", i);
            run->queues[i] = weir_queue_create(run->context, name, false);
            streams[i] = weir_queue_stream(run->queues[i]);
            /* What has no rows yet does not know what it is of. */
            streams[i] =
                step->is_pairs
                    ? weir_map_to_pair(streams[i], WEIR_FUNCTION(property_to_pair), weir_null())
                    : streams[i];
        } else {
            const struct stream_input input = {.left = streams[step->left],
                                               .right = streams[step->right],
                                               .partitions = step->partitions,
                                               .number = step->number,
                                               .window = step->window,
                                               .slide = step->slide};
            streams[i] = step->form->make(&input);
        }
        if (variant->levels[i] != NULL) {
            weir_persist(streams[i], variant->levels[i]);
        }
    }
    for (uint32_t i = 0; i < program->count; i++) {
        run->captures[i] = weir_capture(streams[i]);
        if (variant->loses) {
            weir_foreach_rdd(streams[i], WEIR_FUNCTION(lose_some), weir_null());
        }
    }
}

static weir_status push_batch(const struct run *run, const struct program *program, uint32_t batch)
{
    weir_status status = WEIR_OK;

    for (uint32_t i = 0; i < program->count && program->steps[i].form == NULL; i++) {
        const struct stream_step *step = &program->steps[i];
        for (uint32_t j = 0; j < step->pushes_count[batch] && status == WEIR_OK; j++) {
            const struct push *push = &step->pushes[batch][j];
            status = weir_queue_push(run->queues[i], push->values, push->count);
        }
    }
    return status;
}

static void write_captures(const struct run *run, const struct program *program, uint32_t batch,
                           struct bytes *out)
{
    for (uint32_t i = 0; i < program->count; i++) {
        const struct weir_rows *rows =
            weir_capture_rows(run->captures[i], (int64_t)(batch + 1) * BATCH_MS);

        bytes_printf(out, "batch %u, stream %u: %s\n", batch + 1, i, rows == NULL ? "none" : "");
        for (uint64_t row = 0; rows != NULL && row < rows->count; row++) {
            bytes_printf(out, "batch %u, stream %u: ", batch + 1, i);
            if (rows->keys != NULL) {
                property_write(out, rows->keys[row]);
                bytes_append_text(out, " -> ");
            }
            property_write(out, rows->values[row]);
            bytes_append_text(out, "\n");
        }
    }
}

/* Everything that the program gave, for mem_free; NULL: it failed, and it was told. */
static char *run_program(const struct program *program, struct variant *variant)
{
    const struct weir_options options = {.name = "property",
                                         .batch_ms = BATCH_MS,
                                         .workers = variant->workers,
                                         .partitions = 3,
                                         .chunk_rows = variant->chunk_rows,
                                         .is_manual_clock = true,
                                         .is_per_block = true};
    struct run run = {.context = weir_context_create(&options)};
    struct bytes out = {0};

    running_variant = variant;
    run_build(&run, program, variant);
    weir_status status = weir_start(run.context);
    for (uint32_t batch = 0; batch < BATCHES_COUNT && status == WEIR_OK; batch++) {
        status = push_batch(&run, program, batch);
        if (status == WEIR_OK) {
            status = weir_test_advance(run.context, 1);
        }
        write_captures(&run, program, batch, &out);
    }
    if (status == WEIR_OK) {
        status = weir_await_termination_or_timeout(run.context, 0);
        status = status == WEIR_AGAIN ? WEIR_OK : status;
    }
    if (status != WEIR_OK) {
        printf("it failed: %s\n", weir_context_error(run.context));
        bytes_fini(&out);
    }
    weir_context_destroy(run.context);
    return status == WEIR_OK ? bytes_take(&out) : NULL;
}

static void choose_variant(struct variant *variant, const struct program *program,
                           struct property_random *random, uint32_t number)
{
    static const uint32_t workers[] = {1, 2, 8};
    static const char *const levels[] = {"MEMORY_ONLY",     "MEMORY_ONLY_SER",
                                         "MEMORY_AND_DISK", "MEMORY_AND_DISK_SER",
                                         "DISK_ONLY",       "OFF_HEAP"};

    *variant = (struct variant){.workers = workers[number % 3],
                                .chunk_rows = property_chunk_rows(random),
                                .loses = !property_chance(random, 4),
                                .random = {property_next(random)}};
    for (uint32_t i = 0; i < program->count; i++) {
        if (property_chance(random, 2)) {
            variant->levels[i] = levels[property_below(random, sizeof(levels) / sizeof(*levels))];
        }
    }
}

static bool run_case(uint64_t seed)
{
    struct property_random random = {seed};
    struct variant variant = {.workers = 1, .chunk_rows = 1024};
    struct program program;

    program_choose(&program, &random);
    char *expected = run_program(&program, &variant);
    bool is_same = expected != NULL;
    for (uint32_t number = 0; number < VARIANTS_COUNT && is_same; number++) {
        choose_variant(&variant, &program, &random, number);
        char *found = run_program(&program, &variant);
        is_same = found != NULL && property_same(expected, found);
        mem_free(found);
    }
    if (!is_same) {
        program_print(&program, &variant);
    }
    mem_free(expected);
    arena_fini(&program.arena);
    return is_same;
}

int main(void)
{
    int status = property_main("random streams", run_case);

    printf("%" PRIu64 " kept partitions were lost\n", lost_count);
    return status;
}
