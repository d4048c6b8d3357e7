/*
 * kept_piece - some rows of a kept partition, in one place.
 */
#include "exec/kept_piece.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "exec/block_form.h"

static weir_status create(enum kept_place place, size_t size, struct memory *memory,
                          struct kept_piece **out, weir_error *error)
{
    struct kept_piece *piece = mem_zalloc(sizeof(*piece));

    if (piece == NULL) {
        return error_set(error, WEIR_E_NOMEM, "keep %zu bytes", size);
    }
    atomic_init(&piece->holders, 1);
    piece->place = place;
    piece->size = size;
    piece->memory = memory;
    *out = piece;
    return WEIR_OK;
}

weir_status kept_piece_of_block(struct block *block, struct memory *memory, struct kept_piece **out,
                                weir_error *error)
{
    WEIR_TRY(create(KEPT_BLOCK, block->memory_bytes, memory, out, error));
    (*out)->block = block_hold(block);
    return WEIR_OK;
}

weir_status kept_piece_of_bytes(void *bytes, size_t size, struct memory *memory,
                                struct kept_piece **out, weir_error *error)
{
    WEIR_TRY(create(KEPT_BYTES, size, memory, out, error));
    (*out)->bytes = bytes;
    return WEIR_OK;
}

weir_status kept_piece_spilled(const void *bytes, size_t size, enum kept_place place,
                               struct spill_space *space, struct memory *memory,
                               struct kept_piece **out, weir_error *error)
{
    struct kept_piece *piece = NULL;

    assert(place == KEPT_OFF_HEAP || place == KEPT_DISK);
    WEIR_TRY(create(place, size, memory, &piece, error));
    piece->space = space;
    weir_status status = spill_write(space, bytes, size, &piece->extent, error);
    if (status != WEIR_OK) {
        mem_free(piece);
        return status;
    }
    *out = piece;
    return WEIR_OK;
}

struct kept_piece *kept_piece_hold(struct kept_piece *piece)
{
    uint32_t holders = atomic_fetch_add_explicit(&piece->holders, 1, memory_order_relaxed);

    assert(holders > 0);
    return piece;
}

void kept_piece_drop(struct kept_piece *piece)
{
    if (piece == NULL || atomic_fetch_sub_explicit(&piece->holders, 1, memory_order_acq_rel) > 1) {
        return;
    }
    block_drop(piece->block);
    mem_free(piece->bytes);
    if (piece->space != NULL) {
        spill_free(piece->space, &piece->extent);
    }
    if (piece->memory != NULL) {
        memory_give(piece->memory, piece->size);
    }
    mem_free(piece);
}

weir_status kept_piece_read(const struct kept_piece *piece, struct block **out, weir_error *error)
{
    void *bytes;

    if (piece->place == KEPT_BLOCK) {
        *out = block_hold(piece->block);
        return WEIR_OK;
    }
    if (piece->place == KEPT_BYTES) {
        return block_form_read(piece->bytes, piece->size, out, error);
    }
    WEIR_TRY(spill_read_new(piece->space, &piece->extent, &bytes, error));
    weir_status status = block_form_read(bytes, piece->size, out, error);
    mem_free(bytes);
    return status;
}

weir_status kept_piece_serialize(const struct kept_piece *piece, void **bytes, size_t *size,
                                 weir_error *error)
{
    struct bytes form = {0};

    *size = piece->size;
    if (piece->place == KEPT_OFF_HEAP || piece->place == KEPT_DISK) {
        return spill_read_new(piece->space, &piece->extent, bytes, error);
    }
    if (piece->place == KEPT_BYTES) {
        bytes_append(&form, piece->bytes, piece->size);
    } else {
        weir_status status = block_form_write(piece->block, &form, error);
        if (status != WEIR_OK) {
            bytes_fini(&form);
            return status;
        }
        *size = form.size;
    }
    *bytes = bytes_take(&form);
    return *bytes == NULL ? error_set(error, WEIR_E_NOMEM, "serialise rows") : WEIR_OK;
}
