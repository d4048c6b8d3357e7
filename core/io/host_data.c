/*
 * host_data - deliveries: copied, or in memory that was lent.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "data/utf8.h"
#include "io/host.h"

enum {
    ROWS_ON_STACK = 64,
    OPEN_BLOCKS_MAX = 64, /* one per thread; a plugin with more threads is up to something */
    LENT_BYTES_MIN = 64 * 1024,
    COPIED_BYTES_MAX = 16 * 1024 /* so little is not worth a block of its own */
};

#define LENT_BYTES_MAX (UINT64_C(1) << 30)
#define SLICE_NS       INT64_C(50000000) /* how soon a waiting call sees that it shall end */
#define PATIENCE_NS    INT64_C(1000000000)

struct open_block {
    struct list link;
    uint64_t cookie; /* its address: never 0, unique while it is open */
    uint8_t *bytes;
    uint64_t size;
};

/* One try at what needs room; `call` waits for timeout_ns at most. */
typedef weir_status (*room_call)(void *owner, int64_t timeout_ns);

/* Repeats the call until it is answered, time is over, or the end is asked for: a maker with no
 * room is not told of the end before its sources are. */
static weir_status with_room(struct weir_host *host, int64_t timeout_ns, room_call call,
                             void *owner)
{
    int64_t begin_ns = clock_stopwatch_ns();

    for (;;) {
        int64_t waited_ns = clock_stopwatch_ns() - begin_ns;
        int64_t left_ns = timeout_ns < 0 ? SLICE_NS : timeout_ns - waited_ns;
        weir_status status;

        /* A try does not wait, and is let through: what a receiver has left to deliver while it
         * stops is wanted, as far as there is room. */
        if (timeout_ns != 0 && atomic_load(&host->is_asked_to_end)) {
            return WEIR_STOPPING;
        }
        left_ns = left_ns < 0 ? 0 : left_ns < SLICE_NS ? left_ns : SLICE_NS;
        status = call(owner, left_ns);
        if (status != WEIR_AGAIN || (timeout_ns >= 0 && left_ns < SLICE_NS)) {
            return status;
        }
        if (waited_ns > PATIENCE_NS) {
            host_say(host, LOG_WARN, NULL, "paused, its buffer is full");
        }
    }
}

static weir_status check_delivery(struct weir_host *host, const weir_delivery *delivery,
                                  const uint8_t *base, uint64_t size, uint64_t *bytes,
                                  uint64_t *used)
{
    WEIR_TRY(host_rows_check(delivery, base, size, bytes, used));
    if (!host_lane_is_known(host, delivery->lane)) {
        return WEIR_E_INVAL;
    }
    return host_position_prepare(host, delivery->lane, delivery->position.len);
}

static void count_delivery(struct weir_host *host, const weir_delivery *delivery, uint64_t bytes)
{
    atomic_fetch_add_explicit(&host->records, delivery->n_records, memory_order_relaxed);
    atomic_fetch_add_explicit(&host->bytes, bytes, memory_order_relaxed);
    if (delivery->position.len > 0) {
        host_position_keep(host, delivery->lane, delivery->position);
    }
}

struct store_call {
    struct weir_host *host;
    const struct weir_value *values;
    uint32_t count;
};

static weir_status store_values(void *owner, int64_t timeout_ns)
{
    struct store_call *call = owner;

    return block_maker_store(call->host->maker, NULL, call->values, call->count, timeout_ns, NULL);
}

static weir_status store_inside(struct weir_host *host, const weir_delivery *delivery,
                                int64_t timeout_ns)
{
    struct weir_value few[ROWS_ON_STACK];
    struct store_call call = {host, few, delivery->n_records};
    struct weir_value *many = NULL;
    weir_status status;

    if (delivery->n_records > ROWS_ON_STACK) {
        many = mem_alloc(delivery->n_records * sizeof(*many));
        if (many == NULL) {
            return WEIR_E_NOMEM;
        }
        call.values = many;
    }
    host_rows_read(delivery, host->is_text, NULL, many != NULL ? many : few);
    host_room_seen(host);
    status = with_room(host, timeout_ns, store_values, &call);
    mem_free(many);
    return status;
}

weir_status host_store(struct weir_host *host, const weir_delivery *delivery, int64_t timeout_ns)
{
    uint64_t bytes;
    uint64_t used;
    weir_status status;

    if (!host_enter(host)) {
        return WEIR_STOPPING;
    }
    status = check_delivery(host, delivery, NULL, 0, &bytes, &used);
    if (status == WEIR_OK && delivery->n_records > 0) {
        status = store_inside(host, delivery, timeout_ns);
    }
    if (status == WEIR_OK) {
        count_delivery(host, delivery, bytes);
    }
    host_leave(host);
    return status;
}

struct reserve_call {
    struct weir_host *host;
    uint64_t bytes;
};

static weir_status reserve_bytes(void *owner, int64_t timeout_ns)
{
    struct reserve_call *call = owner;

    return block_maker_reserve(call->host->maker, call->bytes, timeout_ns);
}

/* Puts a lent block on the list; WEIR_E_BUG when there are too many. */
static weir_status lend(struct weir_host *host, struct open_block *open)
{
    weir_status status = WEIR_E_BUG;

    lock_take(&host->lock);
    if (host->open_blocks_count < OPEN_BLOCKS_MAX) {
        host->open_blocks_count++;
        open->cookie = (uint64_t)(uintptr_t)open;
        list_append(&host->open_blocks, &open->link);
        status = WEIR_OK;
    }
    lock_release(&host->lock);
    return status;
}

static void open_block_destroy(struct weir_host *host, struct open_block *open)
{
    if (open->size > 0) {
        block_maker_release(host->maker, open->size);
    }
    mem_free(open->bytes);
    mem_free(open);
}

static weir_status make_open_block(struct weir_host *host, uint64_t size, weir_block *out)
{
    struct open_block *open = mem_zalloc(sizeof(*open));
    weir_status status;

    if (open == NULL) {
        block_maker_release(host->maker, size);
        return WEIR_E_NOMEM;
    }
    open->size = size;
    open->bytes = mem_alloc(size + BLOCK_PADDING);
    if (open->bytes == NULL) {
        open_block_destroy(host, open);
        return WEIR_E_NOMEM;
    }
    memset(open->bytes + size, 0, BLOCK_PADDING);
    status = lend(host, open);
    if (status != WEIR_OK) {
        open_block_destroy(host, open);
        return status;
    }
    out->base = open->bytes;
    out->cap = open->size;
    out->cookie = open->cookie;
    return WEIR_OK;
}

weir_status host_block_reserve(struct weir_host *host, uint64_t bytes_min, int64_t timeout_ns,
                               weir_block *out)
{
    uint64_t usual = atomic_load_explicit(&host->block_bytes, memory_order_relaxed);
    struct reserve_call call = {host, bytes_min < usual ? usual : bytes_min};
    weir_status status;

    if (out == NULL || out->struct_size < sizeof(*out) || bytes_min > LENT_BYTES_MAX) {
        return bytes_min > LENT_BYTES_MAX ? WEIR_E_TOOBIG : WEIR_E_INVAL;
    }
    if (call.bytes < LENT_BYTES_MIN) {
        call.bytes = LENT_BYTES_MIN;
    }
    if (!host_enter(host)) {
        return WEIR_STOPPING;
    }
    host_room_seen(host);
    status = with_room(host, timeout_ns, reserve_bytes, &call);
    if (status == WEIR_OK) {
        status = make_open_block(host, call.bytes, out);
    }
    host_leave(host);
    return status;
}

/* Takes the block off the list; NULL when it is not there. */
static struct open_block *take_open_block(struct weir_host *host, const weir_block *block)
{
    struct open_block *found = NULL;

    if (block == NULL || block->struct_size < sizeof(*block)) {
        return NULL;
    }
    lock_take(&host->lock);
    list_each(&host->open_blocks, link, following)
    {
        struct open_block *open = list_entry(link, struct open_block, link);

        if (open->cookie == block->cookie) {
            list_remove(link);
            host->open_blocks_count--;
            found = open;
            break;
        }
    }
    lock_release(&host->lock);
    return found;
}

/* A receiver that fills what it is lent gets more the next time, up to a whole block. */
static void learn_block_bytes(struct weir_host *host, uint64_t size, uint64_t used)
{
    uint64_t next = size;

    if (used > size / 4 * 3) {
        next = size * 2 < BLOCK_BYTES ? size * 2 : BLOCK_BYTES;
    } else if (used < size / 4) {
        next = size / 2;
    }
    atomic_store_explicit(&host->block_bytes, next, memory_order_relaxed);
}

/* Takes `open` over, its memory and reservation, on success. */
static weir_status commit_whole(struct weir_host *host, struct open_block *open,
                                const struct weir_value *values, uint32_t count)
{
    struct block *block;
    weir_status status;

    WEIR_TRY(block_create_received(open->bytes, open->size, NULL, values, count, &block, NULL));
    open->bytes = NULL;
    status = block_maker_add(host->maker, block, open->size);
    open->size = 0; /* the reservation is used, or given back, either way */
    if (status != WEIR_OK) {
        block_drop(block);
        return status;
    }
    return WEIR_OK;
}

static weir_status commit_values(struct weir_host *host, struct open_block *open,
                                 const weir_delivery *delivery, uint64_t used)
{
    bool is_piece = host->is_text && text_is_utf8(open->bytes, used);
    struct weir_value *values = mem_alloc(delivery->n_records * sizeof(*values));
    weir_status status = WEIR_AGAIN;

    if (values == NULL) {
        return WEIR_E_NOMEM;
    }
    host_rows_read(delivery, host->is_text, is_piece ? open->bytes + used : NULL, values);
    if (used <= COPIED_BYTES_MAX || used < open->size / 4) {
        status = block_maker_store(host->maker, NULL, values, delivery->n_records, 0, NULL);
    }
    if (status == WEIR_AGAIN) { /* no room for a copy: what is lent has its room already */
        status = commit_whole(host, open, values, delivery->n_records);
    }
    mem_free(values);
    return status;
}

weir_status host_block_commit(struct weir_host *host, weir_block *block,
                              const weir_delivery *delivery)
{
    struct open_block *open;
    uint64_t bytes;
    uint64_t used;
    weir_status status;

    if (!host_enter(host)) {
        return WEIR_STOPPING; /* the block went when the gate was closed */
    }
    open = take_open_block(host, block);
    if (open == NULL) {
        host_leave(host);
        return WEIR_E_INVAL;
    }
    status = check_delivery(host, delivery, open->bytes, open->size, &bytes, &used);
    if (status == WEIR_OK && delivery->n_records > 0) {
        learn_block_bytes(host, open->size, used);
        status = commit_values(host, open, delivery, used);
    }
    if (status == WEIR_OK) {
        count_delivery(host, delivery, bytes);
    }
    open_block_destroy(host, open);
    host_leave(host);
    return status;
}

void host_block_abort(struct weir_host *host, weir_block *block)
{
    struct open_block *open;

    if (!host_enter(host)) {
        return;
    }
    open = take_open_block(host, block);
    if (open != NULL) {
        open_block_destroy(host, open);
    }
    host_leave(host);
}

/* The maker may go before the plugin is done with the memory. */
void host_blocks_abandon(struct weir_host *host)
{
    lock_take(&host->lock);
    list_each(&host->open_blocks, link, following)
    {
        struct open_block *open = list_entry(link, struct open_block, link);

        block_maker_release(host->maker, open->size);
        open->size = 0;
    }
    lock_release(&host->lock);
}

void host_blocks_forget(struct weir_host *host)
{
    struct list *link;

    while ((link = list_take_first(&host->open_blocks)) != NULL) {
        open_block_destroy(host, list_entry(link, struct open_block, link));
    }
    host->open_blocks_count = 0;
}
