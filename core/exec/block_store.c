/*
 * block_store - partitions that are kept: the cache behind persisted RDDs.
 */
#include "exec/block_store.h"

#include <assert.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "exec/block_store_internal.h"
#include "exec/kept_piece.h"

/* One partition; once made it stays as long as its RDD is known, also while it is lost. */
struct kept_partition {
    struct list link; /* in the store's ring while it takes memory */
    uint64_t rdd_id;
    uint32_t number;
    uint64_t ticket; /* of the eviction at work on it; 0: none */
    enum storage_level level;
    struct kept_piece **pieces;
    uint32_t count;
    bool is_here;
    size_t memory_bytes; /* counted against the limit */
};

/* One RDD's partitions, in a hash chain. */
struct kept {
    struct kept *next;
    uint64_t rdd_id;
    uint32_t here_count;
    uint32_t capacity;
    struct kept_partition **partitions; /* NULL: never kept */
};

#define CHAINS_COUNT 256u

struct block_store {
    struct memory *memory;
    struct spill_space *disk;
    struct spill_space *off_heap;
    struct lock lock;
    struct kept *chains[CHAINS_COUNT];
    struct list ring; /* partitions that take memory, the one read longest ago first */
    uint64_t tickets;
    uint64_t bytes[KEPT_PLACES_COUNT];
    struct block_store_counters counters; /* but for the bytes */
};

static void reclaim(void *owner, size_t bytes)
{
    block_store_evict(owner, bytes, 0); /* no RDD has the id 0 */
}

weir_status block_store_create(struct memory *memory, struct spill_space *disk,
                               struct spill_space *off_heap, struct block_store **out,
                               weir_error *error)
{
    struct block_store *store = mem_zalloc(sizeof(*store));

    if (store == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create block store");
    }
    store->memory = memory;
    store->disk = disk;
    store->off_heap = off_heap;
    lock_init(&store->lock);
    list_init(&store->ring);
    memory->reclaim = reclaim;
    memory->reclaim_owner = store;
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

static struct kept_partition *partition_find(struct block_store *store, uint64_t rdd_id,
                                             uint32_t partition)
{
    const struct kept *kept = *kept_find(store, rdd_id);

    return kept != NULL && partition < kept->capacity ? kept->partitions[partition] : NULL;
}

/* The partition's entry, made when it is not there; NULL: no memory. */
static struct kept_partition *partition_make(struct block_store *store, uint64_t rdd_id,
                                             uint32_t partition)
{
    struct kept **at = kept_find(store, rdd_id);

    if (*at == NULL) {
        struct kept *made = mem_zalloc(sizeof(*made));
        if (made == NULL) {
            return NULL;
        }
        made->rdd_id = rdd_id;
        *at = made;
    }

    struct kept *kept = *at;
    if (partition >= kept->capacity) {
        uint32_t capacity = (partition + 8) & ~7u;
        struct kept_partition **partitions =
            mem_realloc(kept->partitions, capacity * sizeof(*partitions));
        if (partitions == NULL) {
            return NULL;
        }
        for (uint32_t i = kept->capacity; i < capacity; i++) {
            partitions[i] = NULL;
        }
        kept->partitions = partitions;
        kept->capacity = capacity;
    }
    if (kept->partitions[partition] == NULL) {
        struct kept_partition *made = mem_zalloc(sizeof(*made));
        if (made == NULL) {
            return NULL;
        }
        made->rdd_id = rdd_id;
        made->number = partition;
        list_init(&made->link);
        kept->partitions[partition] = made;
    }
    return kept->partitions[partition];
}

/* Gives the partition its pieces, and counts them. */
static void pieces_set(struct block_store *store, struct kept_partition *partition,
                       struct kept_piece **pieces, uint32_t count)
{
    partition->pieces = pieces;
    partition->count = count;
    partition->memory_bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        store->bytes[pieces[i]->place] += pieces[i]->size;
        partition->memory_bytes += pieces[i]->memory != NULL ? pieces[i]->size : 0;
    }
    if (partition->memory_bytes > 0) {
        list_append(&store->ring, &partition->link);
    }
}

/* Takes them away; the caller drops them outside the lock: `released` may call anyone. */
static struct kept_piece **pieces_take(struct block_store *store, struct kept_partition *partition,
                                       uint32_t *count)
{
    struct kept_piece **pieces = partition->pieces;

    *count = partition->count;
    for (uint32_t i = 0; i < partition->count; i++) {
        assert(store->bytes[pieces[i]->place] >= pieces[i]->size);
        store->bytes[pieces[i]->place] -= pieces[i]->size;
    }
    list_remove(&partition->link);
    partition->pieces = NULL;
    partition->count = 0;
    partition->memory_bytes = 0;
    return pieces;
}

void kept_pieces_drop(struct kept_piece **pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kept_piece_drop(pieces[i]);
    }
    mem_free(pieces);
}

/* Counts as lost from now on. Under the lock. */
static struct kept_piece **partition_lose(struct block_store *store,
                                          struct kept_partition *partition, uint32_t *count)
{
    assert(partition->is_here);
    (*kept_find(store, partition->rdd_id))->here_count--;
    partition->is_here = false;
    partition->ticket = 0;
    return pieces_take(store, partition, count);
}

/* Held for the caller; NULL: no memory. */
static struct kept_piece **pieces_copy(struct kept_piece *const *pieces, uint32_t count)
{
    struct kept_piece **copy = mem_alloc(((size_t)count + 1) * sizeof(*copy));

    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = kept_piece_hold(pieces[i]);
    }
    return copy;
}

/* Puts on disk those of the held pieces that take memory: each is dropped for its twin. */
static weir_status pieces_spill(struct block_store *store, struct kept_piece **pieces,
                                uint32_t count, weir_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        struct kept_piece *twin;
        void *bytes;
        size_t size;

        if (pieces[i]->memory == NULL) {
            continue;
        }
        WEIR_TRY(kept_piece_serialize(pieces[i], &bytes, &size, error));
        weir_status status =
            kept_piece_spilled(bytes, size, KEPT_DISK, store->disk, NULL, &twin, error);
        mem_free(bytes);
        if (status != WEIR_OK) {
            return status;
        }
        kept_piece_drop(pieces[i]);
        pieces[i] = twin;
    }
    return WEIR_OK;
}

/* The partition that gives up its memory next; NULL: there is none. Under the lock. */
static struct kept_partition *victim_find(struct block_store *store, uint64_t spared_rdd)
{
    list_each(&store->ring, link, following)
    {
        struct kept_partition *partition = list_entry(link, struct kept_partition, link);
        if (partition->ticket == 0 && partition->rdd_id != spared_rdd) {
            return partition;
        }
    }
    return NULL;
}

/* Moves a victim's pieces to disk. Called and left under the lock, which it lets go meanwhile. */
static void victim_spill(struct block_store *store, struct kept_partition *victim)
{
    weir_error error = {.struct_size = sizeof(error)};
    uint64_t rdd_id = victim->rdd_id;
    uint32_t number = victim->number;
    uint64_t ticket = ++store->tickets;
    uint32_t count = victim->count;
    uint32_t old_count = 0;
    struct kept_piece **old = NULL;
    struct kept_piece **pieces = pieces_copy(victim->pieces, count);
    weir_status status = WEIR_E_NOMEM;

    victim->ticket = ticket;
    lock_release(&store->lock);
    if (pieces != NULL) {
        status = pieces_spill(store, pieces, count, &error);
    }
    if (status != WEIR_OK) {
        log_write(LOG_WARN, NULL, "partition %u of RDD %llu is not kept any more: %s", number,
                  (unsigned long long)rdd_id, pieces == NULL ? "out of memory" : error.msg);
    }
    lock_take(&store->lock);
    victim = partition_find(store, rdd_id, number);
    if (victim != NULL && victim->ticket == ticket) {
        if (status == WEIR_OK) {
            old = pieces_take(store, victim, &old_count);
            pieces_set(store, victim, pieces, count);
            store->counters.spills += count;
            victim->ticket = 0;
            pieces = NULL;
        } else {
            old = partition_lose(store, victim, &old_count);
        }
    }
    lock_release(&store->lock);
    kept_pieces_drop(old, old_count);
    kept_pieces_drop(pieces, pieces == NULL ? 0 : count);
    lock_take(&store->lock);
}

void block_store_evict(struct block_store *store, size_t wanted_bytes, uint64_t spared_rdd)
{
    struct kept_partition *victim;
    size_t freed_bytes = 0;

    lock_take(&store->lock);
    while (freed_bytes < wanted_bytes && (victim = victim_find(store, spared_rdd)) != NULL) {
        freed_bytes += victim->memory_bytes;
        store->counters.evictions++;
        if (storage_uses_disk(victim->level)) {
            victim_spill(store, victim);
            continue;
        }
        uint32_t count;
        struct kept_piece **pieces = partition_lose(store, victim, &count);
        lock_release(&store->lock);
        kept_pieces_drop(pieces, count);
        lock_take(&store->lock);
    }
    lock_release(&store->lock);
}

weir_status kept_writer_commit(struct kept_writer *writer, weir_error *error)
{
    struct block_store *store = writer->store;
    weir_status status = WEIR_OK;

    lock_take(&store->lock);
    struct kept_partition *partition = partition_make(store, writer->rdd_id, writer->partition);
    if (partition == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "keep partition %u", writer->partition);
    } else if (!partition->is_here && !writer->is_refused) {
        partition->level = writer->level;
        partition->is_here = true;
        (*kept_find(store, writer->rdd_id))->here_count++;
        pieces_set(store, partition, writer->pieces, (uint32_t)writer->count);
        writer->pieces = NULL;
        writer->count = 0;
    }
    lock_release(&store->lock);
    return status;
}

weir_status block_store_open(struct block_store *store, uint64_t rdd_id, uint32_t partition,
                             struct kept_reader *reader, enum kept_state *state, weir_error *error)
{
    weir_status status = WEIR_OK;

    *reader = (struct kept_reader){.store = store, .rdd_id = rdd_id, .partition = partition};
    lock_take(&store->lock);
    struct kept_partition *found = partition_find(store, rdd_id, partition);
    if (found == NULL || !found->is_here) {
        *state = found == NULL ? KEPT_NEVER : KEPT_LOST;
    } else {
        *state = KEPT_HERE;
        reader->count = found->count;
        reader->pieces = pieces_copy(found->pieces, found->count);
        if (reader->pieces == NULL) {
            status = error_set(error, WEIR_E_NOMEM, "read partition %u", partition);
        }
        if (!list_is_empty(&found->link)) { /* read last of all now */
            list_remove(&found->link);
            list_append(&store->ring, &found->link);
        }
    }
    lock_release(&store->lock);
    return status;
}

weir_status kept_reader_next(struct kept_reader *reader, struct block **out, weir_error *error)
{
    *out = NULL;
    if (reader->next == reader->count) {
        return WEIR_OK;
    }
    weir_status status = kept_piece_read(reader->pieces[reader->next], out, error);
    if (status == WEIR_OK) {
        reader->next++;
        return WEIR_OK;
    }
    if (status != WEIR_E_NOMEM) {
        log_write(LOG_WARN, NULL, "partition %u of RDD %llu is lost: %s", reader->partition,
                  (unsigned long long)reader->rdd_id, error == NULL ? "damaged" : error->msg);
        lock_take(&reader->store->lock);
        reader->store->counters.damages++;
        lock_release(&reader->store->lock);
        block_store_drop_partition(reader->store, reader->rdd_id, reader->partition);
    }
    return status;
}

void kept_reader_close(struct kept_reader *reader)
{
    kept_pieces_drop(reader->pieces, reader->pieces == NULL ? 0 : reader->count);
    reader->pieces = NULL;
}

bool block_store_has_all(struct block_store *store, uint64_t rdd_id, uint32_t count)
{
    lock_take(&store->lock);
    const struct kept *kept = *kept_find(store, rdd_id);
    bool has_all = kept != NULL && kept->here_count == count;
    lock_release(&store->lock);
    return has_all;
}

bool block_store_drop_partition(struct block_store *store, uint64_t rdd_id, uint32_t partition)
{
    struct kept_piece **pieces = NULL;
    uint32_t count = 0;

    lock_take(&store->lock);
    struct kept_partition *found = partition_find(store, rdd_id, partition);
    bool was_here = found != NULL && found->is_here;
    if (was_here) {
        pieces = partition_lose(store, found, &count);
    }
    lock_release(&store->lock);
    kept_pieces_drop(pieces, count);
    return was_here;
}

static void kept_free(struct block_store *store, struct kept *kept)
{
    for (uint32_t i = 0; i < kept->capacity; i++) {
        struct kept_partition *partition = kept->partitions[i];
        uint32_t count = 0;
        if (partition == NULL) {
            continue;
        }
        lock_take(&store->lock);
        struct kept_piece **pieces = pieces_take(store, partition, &count);
        lock_release(&store->lock);
        kept_pieces_drop(pieces, count);
        mem_free(partition);
    }
    mem_free(kept->partitions);
    mem_free(kept);
}

void block_store_forget(struct block_store *store, uint64_t rdd_id)
{
    lock_take(&store->lock);
    struct kept **at = kept_find(store, rdd_id);
    struct kept *kept = *at;
    if (kept != NULL) {
        *at = kept->next;
        /* No eviction finds them any more, and one at work finds them gone. */
        for (uint32_t i = 0; i < kept->capacity; i++) {
            if (kept->partitions[i] != NULL) {
                list_remove(&kept->partitions[i]->link);
            }
        }
    }
    lock_release(&store->lock);
    if (kept != NULL) {
        kept_free(store, kept);
    }
}

bool block_store_make_room(struct block_store *store, size_t size, uint64_t rdd_id)
{
    if (memory_try(store->memory, size)) {
        return true;
    }
    if (size > store->memory->limit_bytes) {
        return false; /* evicting all would not help */
    }
    block_store_evict(store, size, rdd_id);
    return memory_try(store->memory, size);
}

void block_store_note_spill(struct block_store *store)
{
    lock_take(&store->lock);
    store->counters.spills++;
    lock_release(&store->lock);
}

struct memory *block_store_memory(struct block_store *store)
{
    return store->memory;
}

struct spill_space *block_store_space(struct block_store *store, enum kept_place place)
{
    return place == KEPT_DISK ? store->disk : store->off_heap;
}

void block_store_note_recomputed(struct block_store *store)
{
    lock_take(&store->lock);
    store->counters.recomputations++;
    lock_release(&store->lock);
}

void block_store_counters(struct block_store *store, struct block_store_counters *out)
{
    lock_take(&store->lock);
    *out = store->counters;
    out->memory_bytes = store->bytes[KEPT_BLOCK] + store->bytes[KEPT_BYTES];
    out->off_heap_bytes = store->bytes[KEPT_OFF_HEAP];
    out->disk_bytes = store->bytes[KEPT_DISK];
    lock_release(&store->lock);
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
    store->memory->reclaim = NULL;
    lock_fini(&store->lock);
    mem_free(store);
}
