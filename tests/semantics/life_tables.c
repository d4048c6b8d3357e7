/*
 * life_tables - cases that are tables of numbers: times, rates, ticks, blocks.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weir/time.h>

#include "base/mem.h"
#include "life.h"
#include "stream/batch_clock.h"
#include "stream/block_maker.h"
#include "stream/rate.h"

/* One row of a table: it fills `out` with what weir gives, or says why it cannot. */
typedef enum outcome (*row_function)(struct life *life, const cJSON *row, cJSON *out);

static int64_t at(const cJSON *row, int place)
{
    const cJSON *number = cJSON_GetArrayItem(row, place);

    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : 0;
}

static const char *word_at(const cJSON *row, int place)
{
    const char *word = cJSON_GetStringValue(cJSON_GetArrayItem(row, place));

    return word == NULL ? "" : word;
}

static void give(cJSON *out, double number)
{
    cJSON_AddItemToArray(out, cJSON_CreateNumber(number));
}

static enum outcome compare_rows(struct life *life, row_function function)
{
    int place = 0;

    for (const cJSON *row = life->inputs->child; row != NULL; row = row->next, place++) {
        const cJSON *wanted = cJSON_GetArrayItem(life->expected, place);
        cJSON *got = cJSON_CreateArray();
        enum outcome outcome = function(life, row, got);
        if (outcome == PASSED && !cJSON_Compare(wanted, got, true)) {
            char *text = cJSON_PrintUnformatted(got);
            outcome = life_say(life, FAILED, "row %d: got %s", place, text);
            free(text);
        }
        cJSON_Delete(got);
        if (outcome != PASSED) {
            return outcome;
        }
    }
    return PASSED;
}

/* Durations are whole milliseconds: what C does with them is all there is to them. */
static enum outcome duration_row(struct life *life, const cJSON *row, cJSON *out)
{
    const char *op = word_at(row, 0);
    int64_t a = at(row, 1);
    int64_t b = at(row, 2);

    if (strcmp(op, "plus") == 0) {
        give(out, (double)(a + b));
    } else if (strcmp(op, "minus") == 0) {
        give(out, (double)(a - b));
    } else if (strcmp(op, "times") == 0) {
        give(out, (double)(a * b));
    } else if (strcmp(op, "div") == 0) {
        give(out, (double)a / (double)b);
    } else if (strcmp(op, "isMultipleOf") == 0) {
        cJSON_AddItemToArray(out, cJSON_CreateBool(weir_time_is_multiple_of(a, b)));
    } else if (strcmp(op, "min") == 0 || strcmp(op, "max") == 0) {
        give(out, (double)((a < b) == (op[1] == 'i') ? a : b));
    } else if (strcmp(op, "less") == 0) {
        cJSON_AddItemToArray(out, cJSON_CreateBool(a < b));
    } else if (strcmp(op, "Milliseconds") == 0 || strcmp(op, "Seconds") == 0 ||
               strcmp(op, "Minutes") == 0) {
        give(out, (double)(a * (op[0] == 'S' ? 1000 : op[2] == 'n' ? 60000 : 1)));
    } else {
        return life_say(life, LEFT_OUT, "no operation \"%s\" of durations", op);
    }
    return PASSED;
}

static enum outcome floor_row(struct life *life, const cJSON *row, cJSON *out)
{
    (void)life;
    give(out, (double)weir_time_floor(at(row, 0), at(row, 1), at(row, 2)));
    return PASSED;
}

static enum outcome multiple_row(struct life *life, const cJSON *row, cJSON *out)
{
    (void)life;
    cJSON_AddItemToArray(out, cJSON_CreateBool(weir_time_is_multiple_of(at(row, 0), at(row, 1))));
    return PASSED;
}

static enum outcome until_row(struct life *life, const cJSON *row, cJSON *out)
{
    bool is_to = strcmp(word_at(row, 0), "to") == 0;

    (void)life;
    for (int64_t time_ms = at(row, 1); time_ms < at(row, 2) + (is_to ? 1 : 0);
         time_ms += at(row, 3)) {
        give(out, (double)time_ms);
    }
    return PASSED;
}

static enum outcome limit_row(struct life *life, const cJSON *row, cJSON *out)
{
    struct rate_limit limit;

    (void)life;
    rate_limit_init(&limit, at(row, 0), 0);
    rate_limit_update(&limit, at(row, 1));
    give(out, (double)limit.current);
    return PASSED;
}

static enum outcome format_row(struct life *life, const cJSON *row, cJSON *out)
{
    char text[WEIR_TIME_TEXT_BYTES];

    setenv("TZ", life_text(life->params, "timezone"), 1);
    tzset();
    weir_batch_time_text(at(row, 0), at(row, 1), cJSON_IsTrue(cJSON_GetArrayItem(row, 2)), text);
    cJSON_AddItemToArray(out, cJSON_CreateString(text));
    unsetenv("TZ");
    tzset();
    return PASSED;
}

enum outcome life_run_table(struct life *life)
{
    static const struct {
        const char *op;
        row_function function;
    } tables[] = {
        {"Duration", duration_row},
        {"Time.floor", floor_row},
        {"Time.isMultipleOf", multiple_row},
        {"Time.until/to", until_row},
        {"RateLimiter.updateRate", limit_row},
        {"formatBatchTime", format_row},
    };
    const char *op = life_text(life->item, "op");

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (strcmp(tables[i].op, op) == 0) {
            return compare_rows(life, tables[i].function);
        }
    }
    return life_say(life, LEFT_OUT, "the table of \"%s\" is none of time, rates or text", op);
}

enum outcome life_run_pid(struct life *life)
{
    struct rate_options options = {.batch_ms = life_number(life->params, "batch_ms", 0)};
    const cJSON *params = life->params;
    struct rate_estimator estimator;
    weir_error error = {.struct_size = sizeof(error)};
    int place = 0;

    options.proportional = cJSON_GetNumberValue(cJSON_GetObjectItem(params, "proportional"));
    options.integral = cJSON_GetNumberValue(cJSON_GetObjectItem(params, "integral"));
    options.derivative = cJSON_GetNumberValue(cJSON_GetObjectItem(params, "derivative"));
    options.min_rate = cJSON_GetNumberValue(cJSON_GetObjectItem(params, "minRate"));
    LIFE_CHECK(life, rate_estimator_init(&estimator, &options, &error) == WEIR_OK);
    for (const cJSON *row = life->inputs->child; row != NULL; row = row->next, place++) {
        const cJSON *wanted = cJSON_GetArrayItem(cJSON_GetArrayItem(life->expected, place), 0);
        double rate = 0;
        bool has_rate =
            rate_estimator_add(&estimator, at(row, 0), at(row, 1), at(row, 2), at(row, 3), &rate);
        if (has_rate != cJSON_IsNumber(wanted) || (has_rate && rate != wanted->valuedouble)) {
            return life_say(life, FAILED, "row %d: got %.17g, %s", place, rate,
                            has_rate ? "an estimate" : "none");
        }
    }
    return PASSED;
}

/* The ticks of a clock, as they come. */
struct ticks {
    int64_t times_ms[16];
    uint32_t count;
};

static bool note_tick(void *owner, uint64_t number, int64_t time_ms)
{
    struct ticks *ticks = owner;

    (void)number;
    if (ticks->count < 16) {
        ticks->times_ms[ticks->count++] = time_ms;
    }
    return true;
}

/* Spark's timer fires at once when it starts, and waits for its manual clock after a stop too;
 * weir's batch clock first fires an interval later, and gives the one more tick at once on a manual
 * clock. What the case is about is the same: one more tick comes after the stop, and it is the one
 * that the stop returns. */
static enum outcome run_recurring(struct life *life)
{
    int64_t period_ms = life_number(life->params, "period", 100);
    struct ticks ticks = {.count = 0};
    weir_error error = {.struct_size = sizeof(error)};
    struct batch_clock *rhythm;
    struct clock *clock;

    LIFE_CHECK(life, clock_create_manual(0, &clock, &error) == WEIR_OK);
    LIFE_CHECK(life,
               batch_clock_create(clock, period_ms, note_tick, &ticks, &rhythm, &error) == WEIR_OK);
    LIFE_CHECK(life, batch_clock_start(rhythm, &error) == WEIR_OK);
    clock_advance_to(clock, period_ms);
    LIFE_CHECK(life, batch_clock_wait(rhythm, 2, -1) == WEIR_OK); /* the first tick has been */
    uint64_t last = batch_clock_stop(rhythm, true, -1);
    int64_t last_ms = batch_clock_time_ms(rhythm, last);
    batch_clock_destroy(rhythm);
    clock_destroy(clock);
    LIFE_CHECK(life, ticks.count == 2 && ticks.times_ms[0] == period_ms);
    LIFE_CHECK(life, ticks.times_ms[1] == 2 * period_ms && last_ms == 2 * period_ms);
    return PASSED;
}

enum outcome life_run_timer(struct life *life)
{
    if (strcmp(life_text(life->item, "op"), "RecurringTimer") == 0) {
        return run_recurring(life);
    }
    return life_say(life, LEFT_OUT,
                    "a trigger of Structured Streaming, which DStreams do not have");
}

/* Seals, and compares: the rows are the numbers first to last, in order, in so many blocks. */
static bool seals(struct block_maker *maker, int64_t first, int64_t last, uint32_t blocks_wanted)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct block **blocks = NULL;
    uint32_t count = 0;
    bool is_right = block_maker_seal(maker, &blocks, &count, &error) == WEIR_OK;

    is_right = is_right && count == blocks_wanted;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t row = 0; row < blocks[i]->rows_count; row++) {
            struct weir_value value = column_value(&blocks[i]->columns[CHUNK_VALUE], row);
            is_right = is_right && weir_int_of(value) == first++;
        }
        block_drop(blocks[i]);
    }
    mem_free(blocks);
    return is_right && first == last + 1;
}

static weir_status store(struct block_maker *maker, int64_t first, int64_t last, bool together)
{
    struct weir_value values[64];
    uint32_t count = 0;
    weir_status status = WEIR_OK;

    for (int64_t number = first; number <= last; number++) {
        values[count++] = weir_int(number);
    }
    if (together) {
        return block_maker_store(maker, NULL, values, count, 0, NULL);
    }
    for (uint32_t i = 0; i < count && status == WEIR_OK; i++) {
        status = block_maker_store(maker, NULL, &values[i], 1, 0, NULL);
    }
    return status;
}

/* Spark's block generator is weir's block maker: callbacks are its own business, but what is in
 * which block, and that a stop ends it, is the same. */
enum outcome life_run_block_generator(struct life *life)
{
    struct block_maker_options options = {.block_interval_ms =
                                              life_number(life->params, "block_interval_ms", 200)};
    weir_error error = {.struct_size = sizeof(error)};
    struct block_maker *maker;
    struct clock *clock;

    LIFE_CHECK(life, clock_create_manual(0, &clock, &error) == WEIR_OK);
    LIFE_CHECK(life, block_maker_create(&options, clock, &maker, &error) == WEIR_OK);
    LIFE_CHECK(life, seals(maker, 1, 0, 0)); /* no data, no block */
    LIFE_CHECK(life, store(maker, 1, 10, false) == WEIR_OK);
    LIFE_CHECK(life, seals(maker, 1, 10, 1));
    LIFE_CHECK(life, store(maker, 11, 20, false) == WEIR_OK);
    LIFE_CHECK(life, seals(maker, 11, 20, 1));
    LIFE_CHECK(life, store(maker, 21, 30, true) == WEIR_OK);
    block_maker_close(maker);
    LIFE_CHECK(life, seals(maker, 21, 30, 1)); /* what was stored before the stop stays */
    LIFE_CHECK(life, store(maker, 31, 31, true) == WEIR_STOPPING);
    block_maker_close(maker);
    block_maker_destroy(maker);
    clock_destroy(clock);
    return PASSED;
}

/* A context without a folder for checkpoints keeps no log: it runs, and leaves nothing behind. */
enum outcome life_run_block_tracker(struct life *life)
{
    struct weir_value one = weir_int(1);
    struct weir_context *context = weir_test_context(1000);
    struct weir_queue *queue = weir_queue_create(context, "numbers", true);
    struct weir_capture *capture = weir_capture(weir_queue_stream(queue));

    LIFE_CHECK(life, weir_start(context) == WEIR_OK);
    LIFE_CHECK(life, weir_queue_push(queue, &one, 1) == WEIR_OK);
    LIFE_CHECK(life, weir_test_advance(context, 1) == WEIR_OK);
    LIFE_CHECK(life, weir_capture_count(capture) == 1);
    weir_context_destroy(context);
    return PASSED;
}
