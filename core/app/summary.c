/*
 * summary - what a job has done, in one line at its end.
 */
#include "app/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "data/json.h"

const char *count_text(uint64_t count, char *text)
{
    char digits[24];
    size_t size = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
    size_t at = 0;

    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

/* The text option of an output; copied into `out`. */
static bool read_option(const char *with, const char *key, struct bytes *out)
{
    struct arena arena;
    struct weir_value options;
    weir_error error = {.struct_size = sizeof(error)};
    bool is_found = false;

    arena_init(&arena);
    if (json_read(with, strlen(with), &arena, &options, &error) == WEIR_OK &&
        weir_kind_of(options) == WEIR_MAP) {
        for (uint32_t i = 0; i < weir_size_of(options); i++) {
            const struct weir_value *name = &options.items[2 * (size_t)i];
            const struct weir_value *value = name + 1;
            if (weir_size_of(*name) == strlen(key) && weir_kind_of(*value) == WEIR_BYTES &&
                memcmp(weir_bytes_of(name), key, strlen(key)) == 0) {
                bytes_append(out, weir_bytes_of(value), weir_size_of(*value));
                is_found = true;
            }
        }
    }
    arena_fini(&arena);
    return is_found;
}

static void write_files(const struct graph *graph, struct bytes *out)
{
    const char *separator = "; files in ";

    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        struct bytes prefix = {0};
        if (node->class->kind == OPERATOR_OUTPUT && node->type != NULL &&
            strcmp(node->type, "files") == 0 && read_option(node->with, "prefix", &prefix) &&
            !prefix.failed && prefix.size > 0) {
            bytes_printf(out, "%s%s-*", separator, prefix.data);
            separator = ", ";
        }
        bytes_fini(&prefix);
    }
}

void summary_write(const struct summary *summary, struct bytes *out)
{
    const struct context_counters *counters = &summary->counters;
    uint64_t batches = counters->batches;
    double seconds = (double)summary->elapsed_us / 1e6;
    double job_seconds = (double)batches * (double)summary->graph->batch_ms / 1e3;
    double rate_seconds = summary->is_manual_clock ? job_seconds : seconds;
    char texts[5][COUNT_TEXT_BYTES];

    bytes_printf(out, "%s: %s batch%s", summary->name, count_text(batches, texts[0]),
                 batches == 1 ? "" : "es");
    if (summary->is_manual_clock) {
        bytes_printf(out, ", %.1f s of job time in %.0f ms", job_seconds,
                     (double)summary->elapsed_us / 1e3);
    } else {
        bytes_printf(out, " in %.1f s", seconds);
    }
    bytes_printf(
        out, ", %s failed; %s record%s in (%s/s), %s row%s out, worst delay %.2f s",
        count_text(counters->batches_failed, texts[1]), count_text(counters->records_in, texts[2]),
        counters->records_in == 1 ? "" : "s",
        count_text(rate_seconds > 0 ? (uint64_t)((double)counters->records_in / rate_seconds) : 0,
                   texts[3]),
        count_text(counters->records_out, texts[4]), counters->records_out == 1 ? "" : "s",
        (double)counters->worst_total_delay_us / 1e6);
    if (counters->records_dropped > 0) {
        bytes_printf(out, "; %s records dropped", count_text(counters->records_dropped, texts[1]));
    }
    write_files(summary->graph, out);
}
