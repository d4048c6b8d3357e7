/*
 * host_lanes - lanes by name with their positions, and small values by key.
 *
 * In memory: they last as long as the source, over restarts of its instance, and no longer.
 */
#include <string.h>

#include "base/mem.h"
#include "io/host.h"

enum {
    LANES_MAX = 64 * 1024,
    NAME_BYTES_MAX = 1024,
    VALUES_MAX = 1024,
    KEY_BYTES_MAX = 256,
    VALUE_BYTES_MAX = 64 * 1024
};

struct text {
    char *bytes;
    uint64_t size;
    uint64_t room;
};

struct lane {
    struct text name;
    struct text position;
    bool is_retired;
};

struct pair {
    struct text key;
    struct text value;
};

/* Guarded by the host's lock. */
struct host_lanes {
    struct lane *lanes; /* lanes[0] is lane 0, which has no name */
    size_t lanes_count;
    size_t lanes_capacity;
    struct pair *pairs;
    size_t pairs_count;
    size_t pairs_capacity;
};

static weir_status text_reserve(struct text *text, uint64_t size)
{
    char *bytes;

    if (size <= text->room) {
        return WEIR_OK;
    }
    bytes = mem_realloc(text->bytes, size);
    if (bytes == NULL) {
        return WEIR_E_NOMEM;
    }
    text->bytes = bytes;
    text->room = size;
    return WEIR_OK;
}

/* There is room. */
static void text_set(struct text *text, const void *bytes, uint64_t size)
{
    if (size > 0) {
        memcpy(text->bytes, bytes, size);
    }
    text->size = size;
}

static bool text_is(const struct text *text, weir_slice slice)
{
    return text->size == slice.len &&
           (slice.len == 0 || memcmp(text->bytes, slice.ptr, slice.len) == 0);
}

/* As the table's calls give bytes: *size in is the room, out the size. */
static weir_status text_get(const struct text *text, void *buffer, uint64_t *size)
{
    uint64_t room = *size;

    *size = text->size;
    if (text->size > room || (buffer == NULL && text->size > 0)) {
        return WEIR_E_TOOBIG;
    }
    if (text->size > 0) {
        memcpy(buffer, text->bytes, text->size);
    }
    return WEIR_OK;
}

weir_status host_lanes_create(struct host_lanes **out, weir_error *error)
{
    struct host_lanes *lanes = mem_zalloc(sizeof(*lanes));

    *out = lanes;
    if (lanes == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for lanes");
    }
    if (mem_grow((void **)&lanes->lanes, &lanes->lanes_capacity, 1, sizeof(struct lane), error) !=
        WEIR_OK) {
        host_lanes_destroy(lanes);
        *out = NULL;
        return WEIR_E_NOMEM;
    }
    memset(&lanes->lanes[0], 0, sizeof(lanes->lanes[0]));
    lanes->lanes_count = 1;
    return WEIR_OK;
}

void host_lanes_destroy(struct host_lanes *lanes)
{
    if (lanes == NULL) {
        return;
    }
    for (size_t i = 0; i < lanes->lanes_count; i++) {
        mem_free(lanes->lanes[i].name.bytes);
        mem_free(lanes->lanes[i].position.bytes);
    }
    for (size_t i = 0; i < lanes->pairs_count; i++) {
        mem_free(lanes->pairs[i].key.bytes);
        mem_free(lanes->pairs[i].value.bytes);
    }
    mem_free(lanes->lanes);
    mem_free(lanes->pairs);
    mem_free(lanes);
}

bool host_lane_is_known(struct weir_host *host, uint32_t lane)
{
    bool is_known;

    if (lane == 0) {
        return true;
    }
    lock_take(&host->lock);
    is_known = lane < host->lanes->lanes_count;
    lock_release(&host->lock);
    return is_known;
}

/* Under the lock. */
static weir_status add_lane(struct host_lanes *lanes, weir_slice name)
{
    struct lane lane = {0};

    if (lanes->lanes_count >= LANES_MAX) {
        return WEIR_E_TOOBIG;
    }
    WEIR_TRY(mem_grow((void **)&lanes->lanes, &lanes->lanes_capacity, lanes->lanes_count + 1,
                      sizeof(struct lane), NULL));
    WEIR_TRY(text_reserve(&lane.name, name.len));
    text_set(&lane.name, name.ptr, name.len);
    lanes->lanes[lanes->lanes_count++] = lane;
    return WEIR_OK;
}

weir_status host_lane_open(struct weir_host *host, weir_slice name, uint32_t *lane)
{
    struct host_lanes *lanes = host->lanes;
    weir_status status = WEIR_OK;
    size_t found = 1;

    if (lane == NULL || name.ptr == NULL || name.len == 0 || name.len > NAME_BYTES_MAX) {
        return WEIR_E_INVAL;
    }
    lock_take(&host->lock);
    while (found < lanes->lanes_count && !text_is(&lanes->lanes[found].name, name)) {
        found++;
    }
    if (found == lanes->lanes_count) {
        status = add_lane(lanes, name);
    }
    if (status == WEIR_OK) {
        lanes->lanes[found].is_retired = false;
        *lane = (uint32_t)found;
    }
    lock_release(&host->lock);
    return status;
}

/* The name is lent until the next lane call: lanes are never taken away. WEIR_AGAIN: no more. */
weir_status host_lane_next(struct weir_host *host, uint32_t *cursor, weir_slice *name,
                           uint32_t *lane)
{
    struct host_lanes *lanes = host->lanes;
    weir_status status = WEIR_AGAIN;

    lock_take(&host->lock);
    for (uint32_t i = *cursor + 1; i < lanes->lanes_count; i++) {
        if (!lanes->lanes[i].is_retired) {
            *cursor = i;
            *lane = i;
            name->ptr = lanes->lanes[i].name.bytes;
            name->len = lanes->lanes[i].name.size;
            status = WEIR_OK;
            break;
        }
    }
    lock_release(&host->lock);
    return status;
}

void host_lane_retire(struct weir_host *host, uint32_t lane)
{
    lock_take(&host->lock);
    if (lane > 0 && lane < host->lanes->lanes_count) {
        host->lanes->lanes[lane].is_retired = true;
    }
    lock_release(&host->lock);
}

weir_status host_position_prepare(struct weir_host *host, uint32_t lane, uint64_t size)
{
    weir_status status = WEIR_OK;

    if (size == 0) {
        return WEIR_OK;
    }
    lock_take(&host->lock);
    status = text_reserve(&host->lanes->lanes[lane].position, size);
    lock_release(&host->lock);
    return status;
}

void host_position_keep(struct weir_host *host, uint32_t lane, weir_slice position)
{
    lock_take(&host->lock);
    text_set(&host->lanes->lanes[lane].position, position.ptr, position.len);
    lock_release(&host->lock);
}

/* No batch is ever repeated from here, so there is no position to end at. */
weir_status host_position_get(struct weir_host *host, uint32_t lane, uint32_t which, void *buffer,
                              uint64_t *size)
{
    static const struct text none = {NULL, 0, 0};
    weir_status status = WEIR_E_INVAL;

    if (size == NULL || which > WEIR_UNTIL) {
        return WEIR_E_INVAL;
    }
    lock_take(&host->lock);
    if (lane < host->lanes->lanes_count) {
        status =
            text_get(which == WEIR_FROM ? &host->lanes->lanes[lane].position : &none, buffer, size);
    }
    lock_release(&host->lock);
    return status;
}

/* Under the lock; NULL when there is none. */
static struct pair *find_pair(struct host_lanes *lanes, weir_slice key)
{
    for (size_t i = 0; i < lanes->pairs_count; i++) {
        if (text_is(&lanes->pairs[i].key, key)) {
            return &lanes->pairs[i];
        }
    }
    return NULL;
}

weir_status host_kv_get(struct weir_host *host, weir_slice key, void *buffer, uint64_t *size)
{
    static const struct text none = {NULL, 0, 0};
    const struct pair *pair;
    weir_status status;

    if (size == NULL || (key.ptr == NULL && key.len > 0)) {
        return WEIR_E_INVAL;
    }
    lock_take(&host->lock);
    pair = find_pair(host->lanes, key);
    status = text_get(pair != NULL ? &pair->value : &none, buffer, size);
    lock_release(&host->lock);
    return status;
}

/* Under the lock. A failure leaves what was there. */
static weir_status put_pair(struct host_lanes *lanes, weir_slice key, weir_slice value)
{
    struct pair *pair = find_pair(lanes, key);
    struct pair added = {0};

    if (pair == NULL) {
        if (lanes->pairs_count >= VALUES_MAX) {
            return WEIR_E_TOOBIG;
        }
        WEIR_TRY(mem_grow((void **)&lanes->pairs, &lanes->pairs_capacity, lanes->pairs_count + 1,
                          sizeof(struct pair), NULL));
        WEIR_TRY(text_reserve(&added.key, key.len));
        text_set(&added.key, key.ptr, key.len);
        pair = &added;
    }
    if (text_reserve(&pair->value, value.len) != WEIR_OK) {
        mem_free(added.key.bytes);
        return WEIR_E_NOMEM;
    }
    text_set(&pair->value, value.ptr, value.len);
    if (pair == &added) {
        lanes->pairs[lanes->pairs_count++] = added;
    }
    return WEIR_OK;
}

weir_status host_kv_put(struct weir_host *host, weir_slice key, weir_slice value)
{
    weir_status status;

    if (key.ptr == NULL || key.len == 0 || (value.ptr == NULL && value.len > 0)) {
        return WEIR_E_INVAL;
    }
    if (key.len > KEY_BYTES_MAX || value.len > VALUE_BYTES_MAX) {
        return WEIR_E_TOOBIG;
    }
    lock_take(&host->lock);
    status = put_pair(host->lanes, key, value);
    lock_release(&host->lock);
    return status;
}
