/*
 * program - a user's program, built against the installed library: adds up the numbers that the
 * receiver "counter", built elsewhere, delivers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <weir/weir.h>

static int64_t total; /* written by the context's thread, read after its end */

static void to_number(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument)
{
    char digits[32] = {0};
    uint32_t size = weir_size_of(row->value);

    (void)argument;
    if (size >= sizeof(digits)) {
        weir_emit_error(out, "this is no number of the counter's");
        return;
    }
    memcpy(digits, weir_bytes_of(&row->value), size);
    weir_emit(out, weir_int(strtoll(digits, NULL, 10)));
}

static int32_t add_up(struct weir_rdd *numbers, int64_t time_ms, struct weir_value argument)
{
    struct weir_rows rows;
    weir_status status = weir_rdd_collect(numbers, &rows);

    (void)time_ms;
    (void)argument;
    if (status != WEIR_OK) {
        return status;
    }
    for (uint64_t i = 0; i < rows.count; i++) {
        total += weir_int_of(rows.values[i]);
    }
    weir_rows_free(&rows);
    return WEIR_OK;
}

int main(int argc, char **argv)
{
    const struct weir_options options = {
        .batch_ms = 100, .plugin_path = argc > 1 ? argv[1] : NULL, .stop_at_end = true};
    struct weir_context *context = weir_context_create(&options);
    struct weir_stream *numbers =
        weir_source(context, "numbers", "counter", "{\"count\": 1000, \"rate\": 0}");

    weir_foreach_rdd(weir_map(numbers, WEIR_FUNCTION(to_number), weir_null()),
                     WEIR_FUNCTION(add_up), weir_null());
    weir_status status = weir_start(context);
    if (status == WEIR_OK) {
        status = weir_await_termination_or_timeout(context, 60000);
    }
    if (status != WEIR_OK) {
        fprintf(stderr, "%s\n", weir_context_error(context));
    }
    weir_context_destroy(context);
    printf("weir %s: total %" PRId64 "\n", weir_version(), total);
    return status == WEIR_OK ? 0 : 1;
}
