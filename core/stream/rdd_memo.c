/*
 * rdd_memo - the RDDs that a stream has made, by batch time.
 */
#include "stream/rdd_memo.h"

#include <string.h>

#include "base/mem.h"

void rdd_memo_init(struct rdd_memo *memo)
{
    memset(memo, 0, sizeof(*memo));
}

/* The first entry that is not older; count when all are. */
static size_t place_of(const struct rdd_memo *memo, int64_t time_ms)
{
    size_t low = 0;
    size_t high = memo->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memo->entries[middle].time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct rdd *rdd_memo_get(const struct rdd_memo *memo, int64_t time_ms)
{
    size_t place = place_of(memo, time_ms);

    if (place == memo->count || memo->entries[place].time_ms != time_ms) {
        return NULL;
    }
    return memo->entries[place].rdd;
}

weir_status rdd_memo_put(struct rdd_memo *memo, int64_t time_ms, struct rdd *rdd, weir_error *error)
{
    size_t place = place_of(memo, time_ms);

    if (place < memo->count && memo->entries[place].time_ms == time_ms) {
        rdd_drop(memo->entries[place].rdd);
        memo->entries[place].rdd = rdd;
        return WEIR_OK;
    }
    WEIR_TRY(mem_grow((void **)&memo->entries, &memo->capacity, memo->count + 1,
                      sizeof(*memo->entries), error));
    memmove(&memo->entries[place + 1], &memo->entries[place],
            (memo->count - place) * sizeof(*memo->entries));
    memo->entries[place] = (struct rdd_memo_entry){time_ms, rdd};
    memo->count++;
    return WEIR_OK;
}

void rdd_memo_forget(struct rdd_memo *memo, int64_t until_ms)
{
    size_t gone = 0;

    while (gone < memo->count && memo->entries[gone].time_ms <= until_ms) {
        rdd_drop(memo->entries[gone].rdd);
        gone++;
    }
    if (gone > 0) {
        memo->count -= gone;
        memmove(memo->entries, &memo->entries[gone], memo->count * sizeof(*memo->entries));
    }
}

void rdd_memo_fini(struct rdd_memo *memo)
{
    rdd_memo_forget(memo, INT64_MAX);
    mem_free(memo->entries);
    rdd_memo_init(memo);
}
