/*
 * part_writer - writes an RDD's partitions as files, each in its task.
 *
 * Threads:  part_writer_open and the ops it makes run on workers, several at once.
 */
#ifndef WEIR_EXEC_PART_WRITER_H
#define WEIR_EXEC_PART_WRITER_H

#include <stdatomic.h>

#include "exec/part_files.h"

struct part_writer {
    const char *folder; /* there already; borrowed */
    enum part_format format;
    _Atomic uint64_t rows_count; /* of the partitions that are written whole */
};

/* An action's open: the op writes "part-NNNNN", synced once it is finished. A later attempt at the
 * same partition starts the file again. owner: a struct part_writer. */
weir_status part_writer_open(void *owner, struct task *task, uint32_t partition, struct op **out,
                             weir_error *error);

#endif
