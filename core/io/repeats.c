/*
 * repeats - keeps a log readable when the same is said over and over.
 */
#include "io/repeats.h"

#include <string.h>

void repeats_init(struct repeats *repeats)
{
    memset(repeats, 0, sizeof(*repeats));
}

/* FNV-1a, never 0. Two lines of one hash would be taken for one: harmless here. */
static uint64_t hash_line(const char *line, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)line[i]) * UINT64_C(1099511628211);
    }
    return hash | 1;
}

/* The line's place, or the one that was said longest ago. */
static struct repeat *find_place(struct repeats *repeats, uint64_t hash)
{
    struct repeat *oldest = &repeats->items[0];

    for (uint32_t i = 0; i < REPEATS_KEPT; i++) {
        struct repeat *item = &repeats->items[i];

        if (item->hash == hash) {
            return item;
        }
        if (oldest->hash != 0 && (item->hash == 0 || item->said_ns < oldest->said_ns)) {
            oldest = item;
        }
    }
    oldest->hash = 0;
    return oldest;
}

bool repeats_allow(struct repeats *repeats, const char *line, size_t size, int64_t now_ns,
                   uint64_t *held_back)
{
    uint64_t hash = hash_line(line, size);
    struct repeat *item = find_place(repeats, hash);

    *held_back = 0;
    if (item->hash == hash && now_ns - item->said_ns < REPEATS_QUIET_NS) {
        item->held_back++;
        return false;
    }
    if (item->hash == hash) {
        *held_back = item->held_back;
    }
    item->hash = hash;
    item->said_ns = now_ns;
    item->held_back = 0;
    return true;
}
