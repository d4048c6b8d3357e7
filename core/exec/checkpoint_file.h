/*
 * checkpoint_file - the files of a checkpointed RDD: written by tasks, read back by a leaf. Their
 * form is told in rdd_checkpoint.h.
 *
 * Reading trusts nothing.
 */
#ifndef WEIR_EXEC_CHECKPOINT_FILE_H
#define WEIR_EXEC_CHECKPOINT_FILE_H

#include "exec/op.h"
#include "plan/partitioner.h"

#define CHECKPOINT_FRAME_MAX (UINT64_C(1) << 31)

/* An op that writes folder/part-N of the task's partition; its finish renames the file. */
CHECKED weir_status checkpoint_writer_create(struct task *task, const char *folder,
                                             uint32_t partition, bool is_pairs, struct op **out,
                                             weir_error *error);

/* Pushes a part's rows. WEIR_E_INVAL: it is damaged. */
CHECKED weir_status checkpoint_part_push(struct task *task, const char *folder, uint32_t partition,
                                         struct op *to, weir_error *error);

/* How many parts a folder has, and whether they are of pairs. WEIR_E_INVAL: one is missing. */
CHECKED weir_status checkpoint_parts_count(const char *folder, uint32_t *count, bool *is_pairs,
                                           weir_error *error);

/* A partitioner of another kind than hash and range is not written, and read as none. The read one
 * is the caller's: it drops the bounds. */
CHECKED weir_status checkpoint_partitioner_write(const char *folder,
                                                 const struct partitioner *partitioner,
                                                 weir_error *error);
CHECKED weir_status checkpoint_partitioner_read(const char *folder, struct partitioner *out,
                                                weir_error *error);

#endif
