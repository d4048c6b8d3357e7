/*
 * Spark's mode: at each batch, the files whose time of modification is later than the beginning of
 * what is remembered (and than the start, if only new files are wanted), not later than the batch's
 * time, and which no remembered batch has selected. Times are in milliseconds, as Spark's.
 *
 * A file counts for the batch during whose interval it was modified, so folders are listed when the
 * interval is over. With a manual clock the host keeps the batch open until that is done; on a real
 * one the lines go to the batch that follows.
 */
#include <weir/plugin_helpers.h>

#include "files.h"

/* How long to sleep before looking at the clock again, where the host cannot wake us in time. */
#define LOOK_NS (5 * NS_PER_MS)

struct selection {
    int64_t batch_ms;
    int64_t interval_ms;
    int64_t remember_ms; /* whole batches */
    int64_t start_ms;    /* files of this time or older are too old */
};

static bool is_forgotten(struct known_file *file, void *argument)
{
    const struct selection *selection = argument;

    return file->batch_ms < selection->batch_ms - selection->interval_ms - selection->remember_ms;
}

static weir_status select_files(struct files *files, struct selection *selection, weir_error *error)
{
    int64_t oldest_ms = selection->batch_ms - selection->remember_ms;
    weir_status status = files_list(files, error);

    oldest_ms = oldest_ms > selection->start_ms ? oldest_ms : selection->start_ms;
    file_table_forget(&files->table, is_forgotten, selection);
    for (size_t i = 0; i < files->list.count && status == WEIR_OK; i++) {
        const struct file_entry *entry = &files->list.entries[i];
        int64_t modified_ms = entry->modified_ns / NS_PER_MS;

        if (modified_ms <= oldest_ms || modified_ms > selection->batch_ms ||
            file_table_find(&files->table, entry->path) != NULL) {
            continue;
        }
        struct known_file *file = file_table_get(&files->table, entry->path);
        if (file == NULL) {
            return weir_error_set(error, WEIR_E_NOMEM, "no memory to remember %s", entry->path);
        }
        file->batch_ms = selection->batch_ms;
        if (entry->size == 0) {
            weir_logf(files->host, files->api, WEIR_LOG_WARN,
                      "%s is empty and will not be read again: move files in whole", entry->path);
        }
        status = files_read(files, file, error);
    }
    return status;
}

static void set_interval(struct files *files, struct selection *selection, int64_t interval_ms)
{
    int64_t remember_ms = files->remember_ns / NS_PER_MS;

    selection->interval_ms = interval_ms > 0 ? interval_ms : 1;
    selection->remember_ms = (remember_ms + selection->interval_ms - 1) / selection->interval_ms *
                             selection->interval_ms;
}

/* Waits until the clock has reached the batch's end, or the batch is over. */
static weir_status wait_for_end(struct files *files, uint64_t number, int64_t batch_ms)
{
    const weir_tick_api *tick = files->tick;

    if (WEIR_HAS(tick, weir_tick_api, wait_batch_end)) {
        return tick->wait_batch_end(files->host, number, -1);
    }
    while (files->api->now_ns(files->host, WEIR_CLOCK_WALL) / NS_PER_MS < batch_ms) {
        weir_status status = tick->wait_batch(files->host, number + 1, LOOK_NS);
        if (status != WEIR_AGAIN) {
            return status;
        }
    }
    return WEIR_OK;
}

static weir_status follow_batches(struct files *files, struct selection *selection,
                                  weir_error *error)
{
    const weir_tick_api *tick = files->tick;
    uint64_t number = tick->batch_number(files->host);
    weir_status status = WEIR_OK;

    while (status == WEIR_OK) {
        selection->batch_ms = tick->batch_time_ms(files->host, number);
        set_interval(files, selection,
                     tick->batch_time_ms(files->host, number + 1) - selection->batch_ms);
        status = wait_for_end(files, number, selection->batch_ms);
        if (status == WEIR_OK) {
            status = select_files(files, selection, error);
        }
        if (status == WEIR_OK) {
            status = tick->batch_done(files->host, number);
        }
        if (status == WEIR_OK) {
            status = tick->wait_batch(files->host, number + 1, -1);
            number++;
        }
    }
    return status;
}

/* Without a rhythm of the host's, each look is a batch. */
static weir_status follow_clock(struct files *files, struct selection *selection, weir_error *error)
{
    weir_status status = WEIR_OK;

    set_interval(files, selection, files->poll_ns / NS_PER_MS);
    while (status == WEIR_OK) {
        selection->batch_ms = files->api->now_ns(files->host, WEIR_CLOCK_WALL) / NS_PER_MS;
        status = select_files(files, selection, error);
        if (status == WEIR_OK) {
            files->api->poll(files->host, files->poll_ns);
            status = files_host_events(files);
        }
    }
    return status;
}

weir_status files_spark_run(struct files *files, weir_error *error)
{
    struct selection selection = {0};

    selection.start_ms = files->has_new_only ? files->created_ms : 0;
    return files->tick != NULL ? follow_batches(files, &selection, error)
                               : follow_clock(files, &selection, error);
}
