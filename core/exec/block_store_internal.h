/*
 * block_store_internal - what the block store shows to its writers, and to nobody else.
 */
#ifndef WEIR_EXEC_BLOCK_STORE_INTERNAL_H
#define WEIR_EXEC_BLOCK_STORE_INTERNAL_H

#include "exec/block_store.h"
#include "exec/kept_piece.h"

struct memory *block_store_memory(struct block_store *store);

/* KEPT_DISK or KEPT_OFF_HEAP. */
struct spill_space *block_store_space(struct block_store *store, enum kept_place place);

/* Evicts partitions until about so many bytes are free; those of one RDD are spared. */
void block_store_evict(struct block_store *store, size_t wanted_bytes, uint64_t spared_rdd);

/* True: `size` of the memory is the caller's, for a partition of this RDD. Partitions of others are
 * evicted for it: a partition does not drive out its own RDD's. */
bool block_store_make_room(struct block_store *store, size_t size, uint64_t rdd_id);

/* A piece went to disk for want of memory. */
void block_store_note_spill(struct block_store *store);

/* Drops each and frees the array; NULL is fine. */
void kept_pieces_drop(struct kept_piece **pieces, size_t count);

#endif
