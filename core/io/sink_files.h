/*
 * sink_files - a folder of text files for each batch: Spark's saveAsTextFiles.
 *
 * Format:   PREFIX-TIME_MS[.SUFFIX]/part-00000 and so on, one per partition, a row a line, and
 *           _SUCCESS. The folder is made aside, synced, and renamed as a whole: it is there
 *           complete or not at all. One that is there already, from before a restart, is replaced.
 */
#ifndef WEIR_IO_SINK_FILES_H
#define WEIR_IO_SINK_FILES_H

#include "io/sink_types.h"

extern const struct sink_type sink_files_type;

/* An RDD as such a folder, at just this path. WEIR_E_INVAL when there is something already. */
CHECKED weir_status sink_files_write_once(const char *path, struct executor *executor,
                                          struct rdd *rdd, weir_error *error);

#endif
