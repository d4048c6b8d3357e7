/*
 * rdd_whole_files - a leaf of files as wholes: pairs (name, content), a partition for each file.
 */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "data/utf8.h"
#include "exec/lineage_rdd.h"
#include "exec/op.h"
#include "exec/task.h"
#include "exec/text_splits.h"

struct whole_rdd {
    struct rdd rdd;
    struct text_splits files;
};

static struct weir_value text_of(const void *bytes, size_t size)
{
    return text_is_utf8(bytes, size) ? weir_text_bytes(bytes, (uint32_t)size)
                                     : weir_bytes(bytes, (uint32_t)size);
}

static weir_status whole_compute(struct task *task, const struct rdd *rdd, uint32_t partition,
                                 struct op *to, weir_error *error)
{
    const char *path = ((const struct whole_rdd *)rdd)->files.items[partition].path;
    struct weir_value columns[2];
    struct bytes content;

    bytes_init(&content);
    weir_status status = file_read_all(path, WEIR_SIZE_MAX, &content, error);
    if (status == WEIR_OK) {
        struct chunk chunk = {.rows_count = 1, .columns_count = 2};

        columns[0] = text_of(path, strlen(path));
        columns[1] = text_of(content.data == NULL ? "" : content.data, content.size);
        for (uint32_t i = 0; i < 2; i++) {
            chunk.columns[i] = (struct column){.kind = COLUMN_MIXED, .values = &columns[i]};
        }
        task->rows_read++;
        status = op_push(to, &chunk, error);
    }
    bytes_fini(&content);
    return status;
}

static void whole_fini(struct rdd *rdd)
{
    text_splits_fini(&((struct whole_rdd *)rdd)->files);
}

static const struct rdd_class whole_class = {
    .name = "whole text files",
    .compute = whole_compute,
    .fini = whole_fini,
};

weir_status rdd_create_whole_text_files(const char *path, struct rdd **out, weir_error *error)
{
    struct text_splits files;
    struct rdd *rdd;

    WEIR_TRY(text_splits_init(&files, path, TEXT_SPLIT_WHOLE, error));
    weir_status status = rdd_create(&whole_class, sizeof(struct whole_rdd), (uint32_t)files.count,
                                    NULL, 0, &rdd, error);
    if (status != WEIR_OK) {
        text_splits_fini(&files);
        return status;
    }
    ((struct whole_rdd *)rdd)->files = files;
    rdd->is_pairs = true;
    *out = rdd;
    return WEIR_OK;
}
