/*
 * child_process - a command with pipes to its input, output and errors.
 *
 * The three ends are read and written as they become ready, so that neither side waits for the
 * other with a full pipe. The process leads a group of its own, and the whole group is killed when
 * the task is cancelled or the process is let go before it has ended.
 *
 * Life:     child_process_start, child_process_write ..., child_process_finish; child_process_fini
 *           always.
 * Threads:  one task's. All signals are blocked there, SIGPIPE too.
 */
#ifndef WEIR_EXEC_CHILD_PROCESS_H
#define WEIR_EXEC_CHILD_PROCESS_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"

struct child_process {
    const char *name; /* the program, for messages; borrowed */
    pid_t id;         /* 0: not running */
    int ends[3];      /* ours, of its standard input, output and errors; -1: closed */
    struct bytes errors;
    const _Atomic bool *is_cancelled;
    /* Is shown what it writes to its standard output, as it comes. */
    weir_status (*on_output)(void *owner, const char *data, size_t size, weir_error *error);
    void *owner;
};

/* arguments: the program first, looked for in PATH. process: zeroed but for name, is_cancelled,
 * on_output and owner. */
CHECKED weir_status child_process_start(struct child_process *process, const char *const *arguments,
                                        const char *const *environment, weir_error *error);

/* Writes all of it, and takes what comes meanwhile. A process that has closed its input reads no
 * more: what is left for it is passed over. */
CHECKED weir_status child_process_write(struct child_process *process, const char *data,
                                        size_t size, weir_error *error);

/* Closes its input and takes the rest of its output. *exit_status: what it exited with, or 128 and
 * the signal that ended it. */
CHECKED weir_status child_process_finish(struct child_process *process, int *exit_status,
                                         weir_error *error);

void child_process_fini(struct child_process *process);

#endif
