/*
 * kept_piece - some rows of a kept partition, in one place. What the block store is made of.
 *
 * Life:     made in one of three ways; counted; goes with the last drop, and its room with it.
 * Threads:  immutable once made.
 */
#ifndef WEIR_EXEC_KEPT_PIECE_H
#define WEIR_EXEC_KEPT_PIECE_H

#include "data/block.h"
#include "exec/memory.h"
#include "exec/spill_space.h"

enum kept_place { KEPT_BLOCK, KEPT_BYTES, KEPT_OFF_HEAP, KEPT_DISK, KEPT_PLACES_COUNT };

struct kept_piece {
    _Atomic uint32_t holders;
    enum kept_place place;
    struct block *block;        /* KEPT_BLOCK */
    void *bytes;                /* KEPT_BYTES, with BLOCK_PADDING behind */
    struct spill_extent extent; /* KEPT_OFF_HEAP, KEPT_DISK */
    struct spill_space *space;
    size_t size;           /* of the serial form; a block: what it costs */
    struct memory *memory; /* given back `size` when it goes; NULL: it is not counted there */
};

/* Each call below makes a piece that stands for bytes of `memory` which the caller has taken, and
 * gives them back when it goes; after a failure they are still the caller's. memory NULL: none. */

/* Holds the block. */
CHECKED weir_status kept_piece_of_block(struct block *block, struct memory *memory,
                                        struct kept_piece **out, weir_error *error);

/* The bytes (from mem, with BLOCK_PADDING behind) go to the piece on success. */
CHECKED weir_status kept_piece_of_bytes(void *bytes, size_t size, struct memory *memory,
                                        struct kept_piece **out, weir_error *error);

/* Writes the bytes to the space. */
CHECKED weir_status kept_piece_spilled(const void *bytes, size_t size, enum kept_place place,
                                       struct spill_space *space, struct memory *memory,
                                       struct kept_piece **out, weir_error *error);

struct kept_piece *kept_piece_hold(struct kept_piece *piece);

/* NULL is fine. */
void kept_piece_drop(struct kept_piece *piece);

/* The rows as a block, held for the caller. */
CHECKED weir_status kept_piece_read(const struct kept_piece *piece, struct block **out,
                                    weir_error *error);

/* The rows' serial form, new on the heap (mem_free). */
CHECKED weir_status kept_piece_serialize(const struct kept_piece *piece, void **bytes, size_t *size,
                                         weir_error *error);

#endif
