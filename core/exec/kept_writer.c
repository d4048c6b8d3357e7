/*
 * kept_writer - a partition on its way into the block store: each block to the place that its
 * storage level allows and the memory limit leaves.
 */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "exec/block_form.h"
#include "exec/block_store.h"
#include "exec/block_store_internal.h"

void kept_writer_init(struct kept_writer *writer, struct block_store *store, uint64_t rdd_id,
                      uint32_t partition, enum storage_level level)
{
    *writer = (struct kept_writer){
        .store = store, .rdd_id = rdd_id, .partition = partition, .level = level};
}

static void refuse(struct kept_writer *writer)
{
    kept_pieces_drop(writer->pieces, writer->count);
    writer->pieces = NULL;
    writer->count = 0;
    writer->capacity = 0;
    writer->is_refused = true;
}

/* The serial form goes to memory if it may and can, else to disk if it may. *out NULL: nowhere. */
static weir_status put_bytes(struct kept_writer *writer, const struct bytes *form,
                             struct kept_piece **out, weir_error *error)
{
    struct block_store *store = writer->store;
    struct memory *memory = block_store_memory(store);
    weir_status status;

    *out = NULL;
    if (!storage_uses_memory(writer->level) || !storage_is_serialized(writer->level) ||
        !block_store_make_room(store, form->size, writer->rdd_id)) {
        if (!storage_uses_disk(writer->level)) {
            return WEIR_OK;
        }
        if (storage_uses_memory(writer->level)) {
            block_store_note_spill(store);
        }
        return kept_piece_spilled(form->data, form->size, KEPT_DISK,
                                  block_store_space(store, KEPT_DISK), NULL, out, error);
    }
    if (storage_is_off_heap(writer->level)) {
        status = kept_piece_spilled(form->data, form->size, KEPT_OFF_HEAP,
                                    block_store_space(store, KEPT_OFF_HEAP), memory, out, error);
    } else {
        char *bytes = mem_zalloc(form->size + BLOCK_PADDING);
        if (bytes == NULL) {
            status = error_set(error, WEIR_E_NOMEM, "keep %zu bytes", form->size);
        } else {
            memcpy(bytes, form->data, form->size);
            status = kept_piece_of_bytes(bytes, form->size, memory, out, error);
        }
        if (status != WEIR_OK) {
            mem_free(bytes);
        }
    }
    if (status != WEIR_OK) {
        memory_give(memory, form->size);
    }
    return status;
}

static weir_status put_block(struct kept_writer *writer, struct block *block,
                             struct kept_piece **out, weir_error *error)
{
    struct memory *memory = block_store_memory(writer->store);
    struct bytes form = {0};

    *out = NULL;
    if (!storage_is_serialized(writer->level)) {
        if (block_store_make_room(writer->store, block->memory_bytes, writer->rdd_id)) {
            weir_status status = kept_piece_of_block(block, memory, out, error);
            if (status != WEIR_OK) {
                memory_give(memory, block->memory_bytes);
            }
            return status;
        }
        if (!storage_uses_disk(writer->level)) {
            return WEIR_OK;
        }
    }
    weir_status status = block_form_write(block, &form, error);
    if (status == WEIR_OK) {
        status = put_bytes(writer, &form, out, error);
    }
    bytes_fini(&form);
    return status;
}

weir_status kept_writer_append(struct kept_writer *writer, struct block *block, weir_error *error)
{
    struct kept_piece *piece = NULL;

    if (writer->is_refused) {
        return WEIR_OK;
    }
    WEIR_TRY(mem_grow((void **)&writer->pieces, &writer->capacity, writer->count + 1,
                      sizeof(struct kept_piece *), error));
    weir_status status = put_block(writer, block, &piece, error);
    if (status == WEIR_E_IO) {
        log_write(LOG_WARN, NULL, "partition %u of RDD %llu is not kept: %s", writer->partition,
                  (unsigned long long)writer->rdd_id, error == NULL ? "no room" : error->msg);
        refuse(writer);
        return WEIR_OK;
    }
    WEIR_TRY(status);
    if (piece == NULL) {
        refuse(writer);
        return WEIR_OK;
    }
    writer->pieces[writer->count++] = piece;
    return WEIR_OK;
}

void kept_writer_fini(struct kept_writer *writer)
{
    kept_pieces_drop(writer->pieces, writer->count);
    writer->pieces = NULL;
    writer->count = 0;
}
