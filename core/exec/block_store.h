/*
 * block_store - partitions that are kept: the cache behind persisted RDDs.
 *
 * A kept partition is one block, found by RDD and partition number. What is forgotten is freed once
 * the last task that reads it has dropped it.
 *
 * Threads:  any.
 */
#ifndef WEIR_EXEC_BLOCK_STORE_H
#define WEIR_EXEC_BLOCK_STORE_H

#include "data/block.h"

struct block_store;

CHECKED weir_status block_store_create(struct block_store **out, weir_error *error);

/* The block, held for the caller; NULL when it is not kept. */
struct block *block_store_get(struct block_store *store, uint64_t rdd_id, uint32_t partition);

/* Keeps the block (holds it). One that is there already stays: both hold the same rows. */
CHECKED weir_status block_store_put(struct block_store *store, uint64_t rdd_id, uint32_t partition,
                                    struct block *block, weir_error *error);

/* True when partitions 0 to count - 1 are all kept. */
bool block_store_has_all(struct block_store *store, uint64_t rdd_id, uint32_t count);

/* Forgets all of an RDD's partitions. */
void block_store_forget(struct block_store *store, uint64_t rdd_id);

uint64_t block_store_bytes(struct block_store *store);

void block_store_destroy(struct block_store *store);

#endif
