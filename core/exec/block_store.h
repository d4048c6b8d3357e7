/*
 * block_store - partitions that are kept: the cache behind persisted RDDs.
 *
 * A kept partition is a run of pieces, each in one place: a block, its serial form on the heap, in
 * memory of the kernel's, or on disk, as the RDD's storage level says. Under a memory limit the
 * partition that was read longest ago goes first: to disk where the level allows it, else it is
 * dropped and counts as lost, to be computed again from its lineage. So does one whose spilled
 * bytes are damaged.
 *
 * Threads:  any. A piece that is being read outlives its eviction.
 */
#ifndef WEIR_EXEC_BLOCK_STORE_H
#define WEIR_EXEC_BLOCK_STORE_H

#include "data/block.h"
#include "exec/memory.h"
#include "exec/spill_space.h"
#include "plan/storage_level.h"

struct block_store;
struct kept_piece;

/* memory, disk and off_heap are borrowed and outlive the store, which becomes the one that memory
 * reclaims from. */
CHECKED weir_status block_store_create(struct memory *memory, struct spill_space *disk,
                                       struct spill_space *off_heap, struct block_store **out,
                                       weir_error *error);

enum kept_state {
    KEPT_NEVER, /* not kept so far */
    KEPT_LOST,  /* it was kept, or could not be: evicted, dropped, damaged */
    KEPT_HERE
};

/*
 * A partition on its way into the store, block by block.
 *
 * Life:     kept_writer_init, kept_writer_append ..., kept_writer_commit, kept_writer_fini always.
 */
struct kept_writer {
    struct block_store *store;
    uint64_t rdd_id;
    uint32_t partition;
    enum storage_level level;
    bool is_refused; /* it does not fit, and its level knows no disk: it is not kept */
    struct kept_piece **pieces;
    size_t count;
    size_t capacity;
};

void kept_writer_init(struct kept_writer *writer, struct block_store *store, uint64_t rdd_id,
                      uint32_t partition, enum storage_level level);

/* Keeps the block's rows behind those of the blocks before; holds the block where the level says
 * deserialised. That there is no room is no failure: the partition is then not kept. */
CHECKED weir_status kept_writer_append(struct kept_writer *writer, struct block *block,
                                       weir_error *error);

/* The partition is whole: from now on it can be read. One that is there already stays: both hold
 * the same rows. */
CHECKED weir_status kept_writer_commit(struct kept_writer *writer, weir_error *error);

void kept_writer_fini(struct kept_writer *writer);

/*
 * A kept partition that is being read.
 *
 * Life:     block_store_open; kept_reader_next until *out is NULL; kept_reader_close.
 */
struct kept_reader {
    struct block_store *store;
    uint64_t rdd_id;
    uint32_t partition;
    struct kept_piece **pieces; /* held */
    uint32_t count;
    uint32_t next;
};

/* KEPT_HERE: *reader is open. */
CHECKED weir_status block_store_open(struct block_store *store, uint64_t rdd_id, uint32_t partition,
                                     struct kept_reader *reader, enum kept_state *state,
                                     weir_error *error);

/* The next block, held for the caller, or NULL at the end. After a failure the partition counts as
 * lost. */
CHECKED weir_status kept_reader_next(struct kept_reader *reader, struct block **out,
                                     weir_error *error);

void kept_reader_close(struct kept_reader *reader);

/* True when partitions 0 to count - 1 are all kept. */
bool block_store_has_all(struct block_store *store, uint64_t rdd_id, uint32_t count);

/* Loses one partition, as if it had been evicted. False: it was not kept. */
bool block_store_drop_partition(struct block_store *store, uint64_t rdd_id, uint32_t partition);

/* Forgets all of an RDD's partitions. */
void block_store_forget(struct block_store *store, uint64_t rdd_id);

/* A lost partition has been computed again. */
void block_store_note_recomputed(struct block_store *store);

struct block_store_counters {
    uint64_t memory_bytes;   /* blocks, and serial forms on the heap */
    uint64_t off_heap_bytes; /* of kept partitions only, as the two others */
    uint64_t disk_bytes;
    uint64_t evictions; /* partitions that gave up their memory: spilled or dropped */
    uint64_t spills;    /* pieces that went to disk for want of memory */
    uint64_t recomputations;
    uint64_t damages;
};
void block_store_counters(struct block_store *store, struct block_store_counters *out);

/* NULL is fine. */
void block_store_destroy(struct block_store *store);

#endif
