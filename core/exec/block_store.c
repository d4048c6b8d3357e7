#include "exec/block_store.h"

#include <assert.h>

#include "base/mem.h"
#include "base/thread.h"

/* One RDD's kept partitions, in a hash chain. */
struct kept {
    struct kept *next;
    uint64_t rdd_id;
    uint32_t blocks_count; /* how many of blocks[] are set */
    uint32_t blocks_capacity;
    struct block **blocks; /* by partition; NULL: not kept */
};

#define CHAINS_COUNT 256u

struct block_store {
    struct lock lock;
    struct kept *chains[CHAINS_COUNT];
    uint64_t bytes;
};

weir_status block_store_create(struct block_store **out, weir_error *error)
{
    struct block_store *store = mem_zalloc(sizeof(*store));

    if (store == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create block store");
    }
    lock_init(&store->lock);
    *out = store;
    return WEIR_OK;
}

static struct kept **kept_find(struct block_store *store, uint64_t rdd_id)
{
    struct kept **at = &store->chains[rdd_id % CHAINS_COUNT];

    while (*at != NULL && (*at)->rdd_id != rdd_id) {
        at = &(*at)->next;
    }
    return at;
}

struct block *block_store_get(struct block_store *store, uint64_t rdd_id, uint32_t partition)
{
    struct block *block = NULL;

    lock_take(&store->lock);
    const struct kept *kept = *kept_find(store, rdd_id);
    if (kept != NULL && partition < kept->blocks_capacity && kept->blocks[partition] != NULL) {
        block = block_hold(kept->blocks[partition]);
    }
    lock_release(&store->lock);
    return block;
}

/* The RDD's entry with room for the partition; NULL: no memory. */
static struct kept *kept_make_room(struct block_store *store, uint64_t rdd_id, uint32_t partition)
{
    struct kept **at = kept_find(store, rdd_id);

    if (*at == NULL) {
        struct kept *kept = mem_zalloc(sizeof(*kept));
        if (kept == NULL) {
            return NULL;
        }
        kept->rdd_id = rdd_id;
        *at = kept;
    }

    struct kept *kept = *at;
    if (partition >= kept->blocks_capacity) {
        uint32_t capacity = (partition + 8) & ~7u;
        struct block **blocks = mem_realloc(kept->blocks, capacity * sizeof(*blocks));
        if (blocks == NULL) {
            return NULL;
        }
        for (uint32_t i = kept->blocks_capacity; i < capacity; i++) {
            blocks[i] = NULL;
        }
        kept->blocks = blocks;
        kept->blocks_capacity = capacity;
    }
    return kept;
}

weir_status block_store_put(struct block_store *store, uint64_t rdd_id, uint32_t partition,
                            struct block *block, weir_error *error)
{
    weir_status status = WEIR_OK;

    lock_take(&store->lock);
    struct kept *kept = kept_make_room(store, rdd_id, partition);
    if (kept == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "keep partition %u", partition);
    } else if (kept->blocks[partition] == NULL) {
        kept->blocks[partition] = block_hold(block);
        kept->blocks_count++;
        store->bytes += block->memory_bytes;
    }
    lock_release(&store->lock);
    return status;
}

bool block_store_has_all(struct block_store *store, uint64_t rdd_id, uint32_t count)
{
    lock_take(&store->lock);
    const struct kept *kept = *kept_find(store, rdd_id);
    bool has_all = kept != NULL && kept->blocks_count == count;
    lock_release(&store->lock);
    return has_all;
}

void block_store_forget(struct block_store *store, uint64_t rdd_id)
{
    lock_take(&store->lock);
    struct kept **at = kept_find(store, rdd_id);
    struct kept *kept = *at;
    if (kept != NULL) {
        *at = kept->next;
        for (uint32_t i = 0; i < kept->blocks_capacity; i++) {
            if (kept->blocks[i] != NULL) {
                assert(store->bytes >= kept->blocks[i]->memory_bytes);
                store->bytes -= kept->blocks[i]->memory_bytes;
            }
        }
    }
    lock_release(&store->lock);

    if (kept != NULL) { /* freed outside the lock: a block's `released` may call anyone */
        for (uint32_t i = 0; i < kept->blocks_capacity; i++) {
            block_drop(kept->blocks[i]);
        }
        mem_free(kept->blocks);
        mem_free(kept);
    }
}

uint64_t block_store_bytes(struct block_store *store)
{
    lock_take(&store->lock);
    uint64_t bytes = store->bytes;
    lock_release(&store->lock);
    return bytes;
}

void block_store_destroy(struct block_store *store)
{
    if (store == NULL) {
        return;
    }
    for (uint32_t i = 0; i < CHAINS_COUNT; i++) {
        while (store->chains[i] != NULL) {
            block_store_forget(store, store->chains[i]->rdd_id);
        }
    }
    lock_fini(&store->lock);
    mem_free(store);
}
