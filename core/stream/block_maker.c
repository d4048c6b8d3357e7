/*
 * block_maker - where a source's deliveries become blocks, and blocks wait for their batch.
 *
 * The bytes that are held are counted in a part of its own, the budget, which every block shares
 * with the maker: a block may be let go long after the maker is gone.
 */
#include "stream/block_maker.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"
#include "data/value.h"

#define BLOCK_INTERVAL_MS_DEFAULT 200

/* The default bound: a batch has to fit into it, and the one before that is worked on meanwhile. A
 * sixteenth of the machine's memory, within these. */
#define BYTES_IN_FLIGHT_LEAST (UINT64_C(256) << 20)
#define BYTES_IN_FLIGHT_MOST  (UINT64_C(4) << 30)
#define BYTES_IN_FLIGHT_SHARE 16

/* A store of more than this makes a block of its own. */
#define STORE_TOGETHER_BYTES (BLOCK_BYTES / 4)

struct budget {
    _Atomic uint32_t holders; /* the maker, and each of its blocks */
    struct lock lock;
    struct condition changed;
    uint64_t held_bytes;
    uint64_t bytes_max;
    uint64_t refused_bytes; /* the smallest request refused since room was told; 0: none */
    int room_fd;
    bool is_closed;
};

struct block_maker {
    struct budget *budget;
    struct clock *clock;
    int64_t block_interval_ms;
    struct lock lock; /* of all below */
    struct block_builder open;
    uint64_t open_reserved; /* what was reserved for the open block's rows */
    int64_t open_since_ms;
    struct block **blocks;
    size_t blocks_count;
    size_t blocks_capacity;
};

static void budget_drop(struct budget *budget)
{
    uint32_t holders = atomic_fetch_sub_explicit(&budget->holders, 1, memory_order_acq_rel);

    assert(holders > 0);
    if (holders > 1) {
        return;
    }
    close(budget->room_fd);
    condition_fini(&budget->changed);
    lock_fini(&budget->lock);
    mem_free(budget);
}

static weir_status budget_create(uint64_t bytes_max, struct budget **out, weir_error *error)
{
    struct budget *budget = mem_zalloc(sizeof(*budget));

    if (budget == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create block maker");
    }
    budget->room_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (step_failed(budget->room_fd)) {
        weir_status status = error_system(error, "create block maker: eventfd");
        if (budget->room_fd >= 0) {
            close(budget->room_fd);
        }
        mem_free(budget);
        return status;
    }
    atomic_init(&budget->holders, 1);
    lock_init(&budget->lock);
    condition_init(&budget->changed);
    budget->bytes_max = bytes_max;
    *out = budget;
    return WEIR_OK;
}

static bool budget_has_room(const struct budget *budget, uint64_t bytes)
{
    return budget->held_bytes == 0 || (budget->held_bytes <= budget->bytes_max &&
                                       bytes <= budget->bytes_max - budget->held_bytes);
}

/* The eventfd's counter never comes near its end: it is 0 or 1. */
static void room_fd_set(struct budget *budget)
{
    uint64_t one = 1;
    ssize_t written = write(budget->room_fd, &one, sizeof(one));

    (void)written;
}

static void room_fd_clear(struct budget *budget)
{
    uint64_t count;
    ssize_t taken = read(budget->room_fd, &count, sizeof(count));

    (void)taken;
}

/* Under the lock. */
static void budget_refuse(struct budget *budget, uint64_t bytes)
{
    if (budget->refused_bytes == 0 || bytes < budget->refused_bytes) {
        budget->refused_bytes = bytes > 0 ? bytes : 1;
    }
    room_fd_clear(budget);
}

/* Counts `taken` bytes more and `given` bytes less as held, and tells who waits for room. */
static void budget_settle(struct budget *budget, uint64_t taken, uint64_t given)
{
    lock_take(&budget->lock);
    assert(given <= budget->held_bytes + taken);
    budget->held_bytes = budget->held_bytes + taken - given;
    if (given > taken) {
        condition_broadcast(&budget->changed);
        if (budget->refused_bytes != 0 && budget_has_room(budget, budget->refused_bytes)) {
            budget->refused_bytes = 0;
            room_fd_set(budget);
        }
    }
    lock_release(&budget->lock);
}

static weir_status budget_reserve(struct budget *budget, uint64_t bytes, int64_t timeout_ns)
{
    int64_t begin_ns = timeout_ns > 0 ? clock_stopwatch_ns() : 0;
    int64_t left_ns = timeout_ns;
    weir_status status = WEIR_OK;

    lock_take(&budget->lock);
    while (!budget->is_closed && !budget_has_room(budget, bytes)) {
        if (timeout_ns > 0) {
            left_ns = timeout_ns - (clock_stopwatch_ns() - begin_ns);
        }
        if (timeout_ns >= 0 && left_ns <= 0) {
            status = WEIR_AGAIN;
            break;
        }
        condition_wait_for(&budget->changed, &budget->lock, left_ns);
    }
    if (budget->is_closed) {
        status = WEIR_STOPPING;
    }
    if (status == WEIR_OK) {
        budget->held_bytes += bytes;
    }
    if (status == WEIR_AGAIN) {
        budget_refuse(budget, bytes);
    }
    lock_release(&budget->lock);
    return status;
}

static bool budget_is_closed(struct budget *budget)
{
    lock_take(&budget->lock);
    bool is_closed = budget->is_closed;
    lock_release(&budget->lock);
    return is_closed;
}

/* A block's last holder has let it go: any thread. */
static void block_released(void *owner, size_t memory_bytes)
{
    struct budget *budget = owner;

    budget_settle(budget, 0, memory_bytes);
    budget_drop(budget);
}

static uint64_t bytes_in_flight_default(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    uint64_t share = pages > 0 && page_bytes > 0
                         ? (uint64_t)pages * (uint64_t)page_bytes / BYTES_IN_FLIGHT_SHARE
                         : 0;

    share = share > BYTES_IN_FLIGHT_LEAST ? share : BYTES_IN_FLIGHT_LEAST;
    return share < BYTES_IN_FLIGHT_MOST ? share : BYTES_IN_FLIGHT_MOST;
}

weir_status block_maker_create(const struct block_maker_options *options, struct clock *clock,
                               struct block_maker **out, weir_error *error)
{
    struct block_maker *maker = mem_zalloc(sizeof(*maker));
    uint64_t bytes_max = options->bytes_in_flight_max;

    if (maker == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create block maker");
    }
    weir_status status = budget_create(bytes_max == 0 ? bytes_in_flight_default() : bytes_max,
                                       &maker->budget, error);
    if (status != WEIR_OK) {
        mem_free(maker);
        return status;
    }
    maker->clock = clock;
    maker->block_interval_ms =
        options->block_interval_ms == 0 ? BLOCK_INTERVAL_MS_DEFAULT : options->block_interval_ms;
    lock_init(&maker->lock);
    block_builder_init(&maker->open);
    *out = maker;
    return WEIR_OK;
}

weir_status block_maker_reserve(struct block_maker *maker, uint64_t bytes, int64_t timeout_ns)
{
    return budget_reserve(maker->budget, bytes, timeout_ns);
}

void block_maker_release(struct block_maker *maker, uint64_t bytes)
{
    budget_settle(maker->budget, 0, bytes);
}

/* Puts a finished block behind the others, for which there is room in the list. Under the lock. */
static void put_block(struct block_maker *maker, struct block *block, uint64_t reserved)
{
    assert(block->released == NULL);
    block->released = block_released;
    block->owner = maker->budget;
    atomic_fetch_add_explicit(&maker->budget->holders, 1, memory_order_relaxed);
    budget_settle(maker->budget, block->memory_bytes, reserved);
    maker->blocks[maker->blocks_count++] = block;
}

/* Room for one block more in the list. Under the lock. */
static weir_status grow_list(struct block_maker *maker, weir_error *error)
{
    return mem_grow((void **)&maker->blocks, &maker->blocks_capacity, maker->blocks_count + 1,
                    sizeof(struct block *), error);
}

/* Under the lock. A failure leaves the rows in the open block. */
static weir_status seal_open(struct block_maker *maker, weir_error *error)
{
    struct block *block;

    if (maker->open.rows_count == 0) {
        return WEIR_OK;
    }
    WEIR_TRY(grow_list(maker, error));
    WEIR_TRY(block_builder_finish(&maker->open, &block, error));
    put_block(maker, block, maker->open_reserved);
    maker->open_reserved = 0;
    return WEIR_OK;
}

weir_status block_maker_add(struct block_maker *maker, struct block *block, uint64_t reserved)
{
    weir_status status = WEIR_STOPPING;

    lock_take(&maker->lock);
    if (!budget_is_closed(maker->budget)) {
        status = seal_open(maker, NULL); /* what came before goes before */
    }
    if (status == WEIR_OK) {
        status = grow_list(maker, NULL);
    }
    if (status == WEIR_OK) {
        put_block(maker, block, reserved);
    } else {
        budget_settle(maker->budget, 0, reserved);
    }
    lock_release(&maker->lock);
    return status;
}

static size_t rows_size(const struct weir_value *keys, const struct weir_value *values,
                        uint32_t rows_count)
{
    size_t size = (size_t)rows_count * sizeof(*values) * (keys != NULL ? 2 : 1);

    for (uint32_t i = 0; i < rows_count; i++) {
        size += value_copy_size(values[i]);
        if (keys != NULL) {
            size += value_copy_size(keys[i]);
        }
    }
    return size;
}

/* Shows the rows as a chunk, which they are already unless a column is all numbers. */
static bool view_rows(const struct weir_value *keys, const struct weir_value *values,
                      uint32_t rows_count, struct chunk *out)
{
    const struct weir_value *columns[CHUNK_COLUMNS_MAX] = {values, NULL};

    out->rows = NULL;
    out->rows_count = rows_count;
    out->columns_count = 1;
    if (keys != NULL) {
        columns[CHUNK_PAIR_KEY] = keys;
        columns[CHUNK_PAIR_VALUE] = values;
        out->columns_count = 2;
    }
    for (uint32_t i = 0; i < out->columns_count; i++) {
        out->columns[i].kind = column_kind_of_values(columns[i], rows_count);
        out->columns[i].data = columns[i];
        if (column_stride(out->columns[i].kind) != sizeof(struct weir_value)) {
            return false;
        }
    }
    return true;
}

/* Appends rows to the open block, all or none. Under the lock. */
static weir_status append_rows(struct block_maker *maker, const struct chunk *chunk,
                               weir_error *error)
{
    if (maker->open.rows_count != 0 && maker->open.columns_count != chunk->columns_count) {
        WEIR_TRY(seal_open(maker, error)); /* plain rows and pairs do not share a block */
    }
    if (maker->open.rows_count == 0) {
        maker->open_since_ms = clock_now_ms(maker->clock);
    }
    return block_builder_append(&maker->open, chunk, error);
}

/* Under the lock. */
static bool open_is_due(struct block_maker *maker)
{
    return block_builder_size(&maker->open) >= BLOCK_BYTES ||
           clock_now_ms(maker->clock) - maker->open_since_ms >= maker->block_interval_ms;
}

/* Few rows: they go into the open block. What was reserved is the open block's on success. */
static weir_status store_together(struct block_maker *maker, const struct chunk *chunk,
                                  size_t reserved, weir_error *error)
{
    lock_take(&maker->lock);
    weir_status status = append_rows(maker, chunk, error);
    if (status == WEIR_OK) {
        maker->open_reserved += reserved;
        /* Rows that were taken stay taken: a block that cannot be sealed now is sealed later. */
        if (open_is_due(maker) && seal_open(maker, NULL) != WEIR_OK) {
            maker->open_since_ms = clock_now_ms(maker->clock);
        }
    }
    lock_release(&maker->lock);
    return status;
}

/* Rows in a block of their own: together with others when they are few, else as it is. Gives the
 * reservation back after a failure. */
static weir_status store_block(struct block_maker *maker, const struct weir_value *keys,
                               const struct weir_value *values, uint32_t rows_count,
                               size_t reserved, weir_error *error)
{
    struct block *block = NULL;
    struct chunk chunk;
    weir_status status = block_create_values(keys, values, rows_count, &block, error);

    if (status != WEIR_OK) {
        goto fail;
    }
    if (reserved >= STORE_TOGETHER_BYTES || rows_count > CHUNK_ROWS_MAX) {
        status = block_maker_add(maker, block, reserved);
        if (status != WEIR_OK) {
            block_drop(block);
        }
        return status;
    }
    block_view(block, 0, rows_count, &chunk);
    status = store_together(maker, &chunk, reserved, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    block_drop(block);
    return WEIR_OK;

fail:
    block_drop(block);
    budget_settle(maker->budget, 0, reserved);
    return status;
}

weir_status block_maker_store(struct block_maker *maker, const struct weir_value *keys,
                              const struct weir_value *values, uint32_t rows_count,
                              int64_t timeout_ns, weir_error *error)
{
    size_t reserved = rows_size(keys, values, rows_count);
    struct chunk chunk;

    if (rows_count == 0) {
        return WEIR_OK;
    }
    WEIR_TRY(budget_reserve(maker->budget, reserved, timeout_ns));
    if (reserved >= STORE_TOGETHER_BYTES || rows_count > CHUNK_ROWS_MAX ||
        !view_rows(keys, values, rows_count, &chunk)) {
        return store_block(maker, keys, values, rows_count, reserved, error);
    }
    weir_status status = store_together(maker, &chunk, reserved, error);
    if (status != WEIR_OK) {
        budget_settle(maker->budget, 0, reserved);
    }
    return status;
}

weir_status block_maker_seal(struct block_maker *maker, struct block ***out, uint32_t *count,
                             weir_error *error)
{
    lock_take(&maker->lock);
    weir_status status = seal_open(maker, error);
    if (status == WEIR_OK) {
        *out = maker->blocks;
        *count = (uint32_t)maker->blocks_count;
        maker->blocks = NULL;
        maker->blocks_count = 0;
        maker->blocks_capacity = 0;
    }
    lock_release(&maker->lock);
    return status;
}

bool block_maker_is_empty(struct block_maker *maker)
{
    lock_take(&maker->lock);
    bool is_empty = maker->blocks_count == 0 && maker->open.rows_count == 0;
    lock_release(&maker->lock);
    return is_empty;
}

int block_maker_room_fd(const struct block_maker *maker)
{
    return maker->budget->room_fd;
}

void block_maker_close(struct block_maker *maker)
{
    struct budget *budget = maker->budget;

    lock_take(&budget->lock);
    budget->is_closed = true;
    condition_broadcast(&budget->changed);
    room_fd_set(budget);
    lock_release(&budget->lock);
}

void block_maker_destroy(struct block_maker *maker)
{
    if (maker == NULL) {
        return;
    }
    for (size_t i = 0; i < maker->blocks_count; i++) {
        block_drop(maker->blocks[i]);
    }
    mem_free(maker->blocks);
    block_builder_fini(&maker->open);
    lock_fini(&maker->lock);
    budget_drop(maker->budget);
    mem_free(maker);
}
