/*
 * files - a receiver of the lines of files that appear in folders.
 *
 * Threads:  the instance thread.
 * Memory:   what it remembers of the files that are there; a block at a time of the host's.
 */
#ifndef FILES_H
#define FILES_H

#include <weir/plugin_ext_tick.h>

#include "file_table.h"
#include "folder_watch.h"
#include "lines/line_reader.h"

#define NS_PER_MS 1000000

struct files {
    weir_host *host;
    const weir_host_api *api;
    const weir_tick_api *tick; /* spark mode and once: the host's rhythm, if it offers it */
    char *path;
    char *pattern;
    struct file_filter filter;
    bool is_spark;
    bool is_once;
    bool has_new_only;
    bool is_truncating;
    size_t line_max;
    uint64_t block_bytes;
    int64_t remember_ns, settle_ns, poll_ns;
    int64_t created_ms; /* on the host's clock */
    uint32_t metric_read, metric_failed;
    struct line_reader reader;
    struct file_table table;
    struct file_list list;
    struct folder_watch watch;
    weir_status folder_trouble; /* what listing last came to, so that it is told once */
};

/* Run until the host stops (STOPPING), until the input ends (OK), or until an error. */
weir_status files_settled_run(struct files *files, weir_error *error);
weir_status files_spark_run(struct files *files, weir_error *error);

/* Lists the folders into files->list. A folder that is not there or cannot be listed is told once,
 * and counts as empty. E_NOMEM otherwise; for `once`, E_CONFIG when nothing can be listed. */
weir_status files_list(struct files *files, weir_error *error);

/*
 * Reads a file and delivers its lines; writes down in `file` what it looked like and whether it was
 * read. A file that is gone or cannot be read is told by name, and is OK: the others go on.
 */
weir_status files_read(struct files *files, struct known_file *file, weir_error *error);

/* Runs what the host has to run. STOPPING: return. */
weir_status files_host_events(struct files *files);

#endif
