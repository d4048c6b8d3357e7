/*
 * progress - one line on a terminal that tells how a job is doing, rewritten in place.
 *
 * It shows only where stderr is a terminal. Log lines, and what goes to a terminal on stdout, take
 * its place for a moment: it is wiped before them and drawn again after them.
 *
 * Life:     progress_start before the job, progress_stop after it.
 * Threads:  its listener runs on the listener thread; the hooks on any.
 */
#ifndef WEIR_APP_PROGRESS_H
#define WEIR_APP_PROGRESS_H

#include <stdio.h>

#include "base/thread.h"
#include "stream/context.h"

#define PROGRESS_TEXT_BYTES 200

struct progress {
    bool is_on;
    char name[48];
    int64_t batch_ms;
    struct lock lock;
    bool is_shown;
    bool is_stopping;
    uint64_t batches_count;
    char text[PROGRESS_TEXT_BYTES];
    FILE *console; /* stdout, through which the console sink prints; NULL: as it is */
};

/* Takes over the log's hook, and the console sink's stream when stdout is a terminal too. */
void progress_start(struct progress *progress, const char *name, int64_t batch_ms);

/* A listener: owner is the progress. */
void progress_listen(void *owner, const struct event *event);

/* From now on the line says that the job is stopping. */
void progress_stopping(struct progress *progress);

/* Writes a line to stderr, in the place of the progress line. */
void progress_say(struct progress *progress, const char *text);

/* Wipes the line and gives the hooks back. */
void progress_stop(struct progress *progress);

#endif
