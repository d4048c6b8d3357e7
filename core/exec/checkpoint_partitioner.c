/*
 * checkpoint_file - a checkpointed RDD's partitioner, as MessagePack: ["hash", partitions], or
 * ["range", partitions, is descending, [bound ...]].
 */
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/msgpack.h"
#include "exec/checkpoint_file.h"
#include "exec/shuffle.h"

#define FILE_BYTES_MAX (64u * 1024u * 1024u)

weir_status checkpoint_partitioner_write(const char *folder, const struct partitioner *partitioner,
                                         weir_error *error)
{
    const struct partition_bounds *bounds = partitioner->bounds;
    struct weir_value items[4] = {weir_text("hash"), weir_int(partitioner->partitions_count)};
    struct bytes out = {0};
    uint32_t count = 2;

    if (partitioner->kind == PARTITIONER_RANGE) {
        items[0] = weir_text("range");
        items[2] = weir_bool(bounds->is_descending);
        items[3] = weir_list(bounds->keys, bounds->count);
        count = 4;
    } else if (partitioner->kind != PARTITIONER_HASH) {
        return WEIR_OK;
    }
    msgpack_write(&out, weir_list(items, count));
    weir_status status = bytes_status(&out, error);
    char *path = path_join(folder, "_partitioner");
    if (status == WEIR_OK && path == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "write a partitioner");
    }
    if (status == WEIR_OK) {
        status = file_write_aside(path, out.data, out.size, error);
    }
    mem_free(path);
    bytes_fini(&out);
    return status;
}

static bool is_word(struct weir_value value, const char *word)
{
    return weir_kind_of(value) == WEIR_BYTES && weir_size_of(value) == strlen(word) &&
           memcmp(weir_bytes_of(&value), word, strlen(word)) == 0;
}

static weir_status partitioner_of(struct weir_value value, struct partitioner *out,
                                  weir_error *error)
{
    const struct weir_value *items = value.items;
    uint32_t count = weir_kind_of(value) == WEIR_LIST ? weir_size_of(value) : 0;
    int64_t partitions = count >= 2 && weir_kind_of(items[1]) == WEIR_INT ? items[1].integer : 0;

    if (partitions < 1 || partitions > SHUFFLE_TARGETS_MAX) {
        return error_set(error, WEIR_E_INVAL, "number of partitions");
    }
    if (count == 2 && is_word(items[0], "hash")) {
        *out = partitioner_hash((uint32_t)partitions);
        return WEIR_OK;
    }
    if (count != 4 || !is_word(items[0], "range") || weir_kind_of(items[2]) != WEIR_BOOL ||
        weir_kind_of(items[3]) != WEIR_LIST || weir_size_of(items[3]) >= partitions) {
        return error_set(error, WEIR_E_INVAL, "neither hash nor range");
    }
    *out =
        (struct partitioner){.kind = PARTITIONER_RANGE, .partitions_count = (uint32_t)partitions};
    return partition_bounds_create(items[3].items, weir_size_of(items[3]), items[2].integer != 0,
                                   &out->bounds, error);
}

weir_status checkpoint_partitioner_read(const char *folder, struct partitioner *out,
                                        weir_error *error)
{
    char *path = path_join(folder, "_partitioner");
    struct weir_value value = weir_null();
    struct bytes form = {0};
    struct arena arena;
    size_t used = 0;

    *out = partitioner_none();
    if (path == NULL) {
        return error_set(error, WEIR_E_NOMEM, "read a partitioner");
    }
    if (!file_exists(path)) {
        mem_free(path);
        return WEIR_OK;
    }
    arena_init(&arena);
    weir_status status = file_read_all(path, FILE_BYTES_MAX, &form, error);
    if (status == WEIR_OK) {
        status = msgpack_read(form.data, form.size, &arena, &value, &used, error);
    }
    if (status == WEIR_OK) {
        status = partitioner_of(value, out, error);
    }
    if (status != WEIR_OK) {
        error_wrap(error, status, "read %s", path);
    }
    arena_fini(&arena);
    bytes_fini(&form);
    mem_free(path);
    return status;
}
