/*
 * block_maker - where a source's deliveries become blocks, and blocks wait for their batch.
 *
 * A block is sealed at BLOCK_BYTES, at the block interval, at the tick, or when it is handed over
 * whole. The bytes of blocks that wait or are worked on are bounded: a delivery that finds no room
 * waits, and so does the source behind it. Room comes back when a block's last holder drops it.
 *
 * Life:     block_maker_create, deliveries, block_maker_close (deliveries fail from then on),
 *           block_maker_destroy at any time after that: blocks may outlive it.
 * Threads:  deliveries from any thread; block_maker_seal from the batch clock's.
 */
#ifndef WEIR_STREAM_BLOCK_MAKER_H
#define WEIR_STREAM_BLOCK_MAKER_H

#include "base/clock.h"
#include "data/block.h"

#define BLOCK_BYTES (1u << 20)

struct block_maker;

struct block_maker_options {
    int64_t block_interval_ms;    /* 0: 200 */
    uint64_t bytes_in_flight_max; /* 0: a 16th of the memory, 256 MiB to 4 GiB */
};

CHECKED weir_status block_maker_create(const struct block_maker_options *options,
                                       struct clock *clock, struct block_maker **out,
                                       weir_error *error);

/* Waits until `bytes` more may be held, and counts them as held. timeout_ns: 0 = try, < 0 = wait.
 * WEIR_AGAIN: no room in time; WEIR_STOPPING: closed. A single request larger than the bound is let
 * through when nothing else is held. */
CHECKED weir_status block_maker_reserve(struct block_maker *maker, uint64_t bytes,
                                        int64_t timeout_ns);

/* Gives back what was reserved and not used. */
void block_maker_release(struct block_maker *maker, uint64_t bytes);

/* Hands over a whole block for which `reserved` bytes were reserved (0: it was in memory anyway,
 * and only counts from now on): the maker takes the caller's hold. WEIR_STOPPING: closed; the block
 * stays the caller's and the reservation is given back, as after any failure. */
CHECKED weir_status block_maker_add(struct block_maker *maker, struct block *block,
                                    uint64_t reserved);

/* Copies a few rows into the block that is being filled: all of them or, after a failure, none.
 * keys may be NULL. timeout_ns and the answers as reserve's. */
CHECKED weir_status block_maker_store(struct block_maker *maker, const struct weir_value *keys,
                                      const struct weir_value *values, uint32_t rows_count,
                                      int64_t timeout_ns, weir_error *error);

/* Takes all blocks, sealing the open one: the caller holds them, and frees the array (mem_free;
 * NULL when there are none). After a failure all of them wait on. */
CHECKED weir_status block_maker_seal(struct block_maker *maker, struct block ***out,
                                     uint32_t *count, weir_error *error);

/* True when nothing waits for a batch. */
bool block_maker_is_empty(struct block_maker *maker);

/* A level-triggered descriptor that polls readable while there is room again after a refusal. */
int block_maker_room_fd(const struct block_maker *maker);

void block_maker_close(struct block_maker *maker);
void block_maker_destroy(struct block_maker *maker);

#endif
