/*
 * batch - one interval's data on its way.
 */
#include "stream/batch.h"

#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/states.h"

#define NS_PER_US 1000

static const char *const state_names[] = {
    [BATCH_WAITING] = "waiting", [BATCH_RUNNING] = "running", [BATCH_COMPLETED] = "completed",
    [BATCH_FAILED] = "failed",   [BATCH_DROPPED] = "dropped",
};

static const uint32_t state_next_bits[] = {
    [BATCH_WAITING] = STATE_BIT(BATCH_RUNNING) | STATE_BIT(BATCH_DROPPED),
    [BATCH_RUNNING] = STATE_BIT(BATCH_COMPLETED) | STATE_BIT(BATCH_FAILED),
    [BATCH_COMPLETED] = 0,
    [BATCH_FAILED] = 0,
    [BATCH_DROPPED] = 0,
};

static const struct states batch_states = {
    .thing = "batch", .names = state_names, .next_bits = state_next_bits, .count = 5};

weir_status batch_create(uint64_t number, int64_t time_ms, uint32_t inputs_count,
                         uint32_t outputs_max, struct batch **out, weir_error *error)
{
    struct batch *batch = mem_zalloc(sizeof(*batch) + inputs_count * sizeof(struct batch_input));

    if (batch == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create batch %" PRIu64, number);
    }
    batch->input_infos = mem_zalloc((inputs_count + 1) * sizeof(*batch->input_infos));
    batch->output_infos = mem_zalloc((outputs_max + 1) * sizeof(*batch->output_infos));
    batch->outputs = mem_zalloc((outputs_max + 1) * sizeof(*batch->outputs));
    if (batch->input_infos == NULL || batch->output_infos == NULL || batch->outputs == NULL) {
        batch_destroy(batch);
        return error_set(error, WEIR_E_NOMEM, "create batch %" PRIu64, number);
    }
    list_init(&batch->link);
    batch->state = BATCH_WAITING;
    batch->inputs_count = inputs_count;
    batch->error.struct_size = sizeof(batch->error);
    batch->info = (struct batch_info){
        .number = number,
        .time_ms = time_ms,
        .started_ms = -1,
        .ended_ms = -1,
        .scheduling_delay_us = -1,
        .processing_us = -1,
        .inputs = batch->input_infos,
        .inputs_count = inputs_count,
        .outputs = batch->output_infos,
    };
    *out = batch;
    return WEIR_OK;
}

void batch_set_input(struct batch *batch, uint32_t source_index, struct block **blocks,
                     uint32_t count)
{
    assert(source_index < batch->inputs_count);
    assert(batch->inputs[source_index].blocks == NULL);
    batch->inputs[source_index] = (struct batch_input){.blocks = blocks, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        batch->input_infos[source_index].records += blocks[i]->rows_count;
        batch->input_infos[source_index].bytes += blocks[i]->memory_bytes;
    }
    batch->info.records += batch->input_infos[source_index].records;
}

void batch_describe_input(struct batch *batch, uint32_t source_index, const char *name,
                          const char *note)
{
    struct batch_input_info *info = &batch->input_infos[source_index];

    info->source = source_index;
    info->name = name;
    info->description = *note == '\0' ? NULL : mem_text_copy(note); /* no memory: not said */
}

void batch_add_output(struct batch *batch, struct output *output, uint32_t index, const char *name,
                      const char *description)
{
    struct batch_output_info *info = &batch->output_infos[batch->outputs_count];

    batch->outputs[batch->outputs_count] =
        (struct batch_output){.batch = batch,
                              .place = batch->outputs_count,
                              .output = output,
                              .error = {.struct_size = sizeof(weir_error)}};
    list_init(&batch->outputs[batch->outputs_count].link);
    *info = (struct batch_output_info){.output = index,
                                       .name = name,
                                       .description = description,
                                       .started_ms = -1,
                                       .ended_ms = -1};
    batch->outputs_count++;
    batch->outputs_left++;
    batch->info.outputs_count = batch->outputs_count;
}

void batch_begin_output(struct batch *batch, uint32_t place, int64_t now_ms)
{
    assert(place < batch->outputs_count);
    batch->output_infos[place].started_ms = now_ms;
}

void batch_end_output(struct batch *batch, uint32_t place, int64_t now_ms, const weir_error *error)
{
    assert(place < batch->outputs_count);
    batch->output_infos[place].ended_ms = now_ms;
    if (error != NULL) {
        batch->outputs[place].error = *error;
        batch->output_infos[place].failure = batch->outputs[place].error.msg;
        batch_fail(batch, error);
    }
}

void batch_drop_input(struct batch *batch, uint32_t source_index)
{
    struct batch_input *input = &batch->inputs[source_index];

    for (uint32_t i = 0; i < input->count; i++) {
        block_drop(input->blocks[i]);
    }
    mem_free(input->blocks);
    *input = (struct batch_input){.blocks = NULL};
}

void batch_submit(struct batch *batch, int64_t now_ms)
{
    batch->info.submitted_ms = now_ms;
    batch->submitted_ns = clock_stopwatch_ns();
}

void batch_begin(struct batch *batch, int64_t now_ms)
{
    sm_move(&batch_states, &batch->state, BATCH_RUNNING);
    batch->info.started_ms = now_ms;
    batch->started_ns = clock_stopwatch_ns();
    batch->info.scheduling_delay_us = (batch->started_ns - batch->submitted_ns) / NS_PER_US;
}

void batch_fail(struct batch *batch, const weir_error *error)
{
    assert(error->code != WEIR_OK);
    if (batch->info.is_failed) {
        return;
    }
    batch->error = *error;
    batch->info.is_failed = true;
    batch->info.failure = batch->error.msg;
}

void batch_end(struct batch *batch, int64_t now_ms)
{
    sm_move(&batch_states, &batch->state, batch->info.is_failed ? BATCH_FAILED : BATCH_COMPLETED);
    batch->info.ended_ms = now_ms;
    batch->info.processing_us = (clock_stopwatch_ns() - batch->started_ns) / NS_PER_US;
}

void batch_abandon(struct batch *batch)
{
    sm_move(&batch_states, &batch->state, BATCH_DROPPED);
}

uint64_t batch_bytes(const struct batch *batch)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < batch->inputs_count; i++) {
        for (uint32_t k = 0; k < batch->inputs[i].count; k++) {
            bytes += batch->inputs[i].blocks[k]->memory_bytes;
        }
    }
    return bytes;
}

void batch_destroy(struct batch *batch)
{
    if (batch == NULL) {
        return;
    }
    for (uint32_t i = 0; i < batch->inputs_count; i++) {
        batch_drop_input(batch, i);
        if (batch->input_infos != NULL) {
            mem_free((char *)(uintptr_t)batch->input_infos[i].description);
        }
    }
    for (uint32_t i = 0; i < batch->outputs_count; i++) {
        assert(batch->outputs != NULL);
        rdd_drop(batch->outputs[i].rdd);
    }
    mem_free(batch->input_infos);
    mem_free(batch->output_infos);
    mem_free(batch->outputs);
    mem_free(batch);
}
