/*
 * rdd_checkpoint - an RDD's rows in files, in place of its lineage.
 *
 * An RDD is marked; after the first job that needs it a second one computes it again and writes it
 * (persist it first), and from then on it depends on its files alone: its parents are forgotten.
 * All marked RDDs of a lineage are written, the oldest first.
 *
 * Format:   <folder>/<uuid>/rdd-<id>/part-00000 and on, and _partitioner where it has one that can
 *           be told (hash, range). A part: "weirprt1" or, of pairs, "weirprt2"; then frames of 8
 *           bytes size, 8 bytes XXH3 of the form, the form (block_form.h); then a frame of size 0
 *           with the number of rows. Numbers are little-endian. Each file is written aside
 *           (".part-00000-attempt-0") and renamed.
 * Threads:  any.
 */
#ifndef WEIR_EXEC_RDD_CHECKPOINT_H
#define WEIR_EXEC_RDD_CHECKPOINT_H

#include "exec/executor.h"
#include "plan/rdd.h"

/* Makes folder/<uuid>, where checkpoints go from now on. */
CHECKED weir_status executor_set_checkpoint_dir(struct executor *executor, const char *folder,
                                                weir_error *error);

/* folder/<uuid> as it was set; NULL: it was not. */
const char *executor_checkpoint_dir(const struct executor *executor);

/* Marks it. WEIR_E_INVAL without a checkpoint directory. Marked already is fine. */
CHECKED weir_status rdd_checkpoint(struct executor *executor, struct rdd *rdd, weir_error *error);

/* True once its files are written. */
bool rdd_is_checkpointed(const struct rdd *rdd);

/* Its folder; NULL as long as it is not written. */
const char *rdd_checkpoint_file(const struct rdd *rdd);

/* The RDD that reads the files of a checkpoint's folder. */
CHECKED weir_status rdd_open_checkpoint(const char *folder, struct rdd **out, weir_error *error);

/* For the executor: writes what is marked in the lineage behind rdd. */
CHECKED weir_status checkpoints_write(struct executor *executor, struct rdd *rdd,
                                      weir_error *error);

#endif
