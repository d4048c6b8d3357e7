/*
 * api_stats - listeners that log how delays are spread.
 */
#include "app/api_stats.h"

#include <assert.h>
#include <stdlib.h>
#include <weir/listener.h>

#include "base/log.h"
#include "base/mem.h"

enum { BATCHES_DEFAULT = 10, BATCHES_MAX = 100000 };

/* One listener, in its context's list. */
struct stats {
    struct stats *next;
    struct weir_listener listener;
    uint32_t batches_max;
    uint32_t batches_count; /* since it logged last; the listener's thread */
    int64_t *totals_us;
    int64_t *processing_us;
};

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return a < b ? -1 : a > b;
}

void stats_spread(int64_t *values, size_t count, int64_t spread[5])
{
    static const size_t percents[5] = {0, 25, 50, 75, 100};

    assert(count > 0);
    qsort(values, count, sizeof(*values), compare);
    for (size_t i = 0; i < 5; i++) {
        size_t place = count * percents[i] / 100;
        spread[i] = values[place < count ? place : count - 1];
    }
}

static void log_spread(const char *what, uint32_t count, int64_t *values)
{
    int64_t spread[5];

    stats_spread(values, count, spread);
    log_write(LOG_INFO, NULL,
              "%s of the last %u batches: minimum %.3f s, 25%% %.3f s, median %.3f s, 75%% %.3f s, "
              "maximum %.3f s",
              what, count, (double)spread[0] / 1e6, (double)spread[1] / 1e6,
              (double)spread[2] / 1e6, (double)spread[3] / 1e6, (double)spread[4] / 1e6);
}

static void completed(void *owner, const struct weir_batch_info *batch)
{
    struct stats *stats = owner;

    stats->totals_us[stats->batches_count] = batch->total_delay_us;
    stats->processing_us[stats->batches_count] = batch->processing_us;
    stats->batches_count++;
    if (stats->batches_count == stats->batches_max) {
        log_spread("total delay", stats->batches_count, stats->totals_us);
        log_spread("processing time", stats->batches_count, stats->processing_us);
        stats->batches_count = 0;
    }
}

static void destroy(struct stats *stats)
{
    mem_free(stats->totals_us);
    mem_free(stats->processing_us);
    mem_free(stats);
}

weir_status weir_add_stats_listener(struct weir_context *context, uint32_t batches)
{
    struct stats *stats;
    weir_status status = WEIR_E_NOMEM;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    if (batches > BATCHES_MAX) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_add_stats_listener: it looks at %d batches at most", BATCHES_MAX);
    }
    stats = mem_zalloc(sizeof(*stats));
    if (stats == NULL) {
        return api_refuse(context, WEIR_E_NOMEM, "add a listener: no memory");
    }
    stats->batches_max = batches == 0 ? BATCHES_DEFAULT : batches;
    stats->totals_us = mem_zalloc(stats->batches_max * sizeof(int64_t));
    stats->processing_us = mem_zalloc(stats->batches_max * sizeof(int64_t));
    stats->listener = (struct weir_listener){.owner = stats, .batch_completed = completed};
    if (stats->totals_us != NULL && stats->processing_us != NULL) {
        status = weir_add_listener(context, &stats->listener);
    }
    if (status != WEIR_OK) {
        destroy(stats);
        return status;
    }
    lock_take(&context->lock);
    stats->next = context->stats;
    context->stats = stats;
    lock_release(&context->lock);
    return WEIR_OK;
}

void api_stats_fini(struct weir_context *context)
{
    while (context->stats != NULL) {
        struct stats *stats = context->stats;
        context->stats = stats->next;
        destroy(stats);
    }
}
