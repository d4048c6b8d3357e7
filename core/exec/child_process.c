/*
 * child_process - a command with pipes to its input, output and errors.
 */
#include "exec/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"

#define READ_BYTES      (64u * 1024u)
#define ERROR_BYTES_MAX 2048u /* of a line of errors; a longer one is logged in pieces */
#define CANCEL_CHECK_MS 50    /* how often it is asked whether the task is still wanted */

enum { END_INPUT, END_OUTPUT, END_ERRORS };

static void end_close(struct child_process *process, int end)
{
    if (process->ends[end] >= 0) {
        close(process->ends[end]);
        process->ends[end] = -1;
    }
}

/* The process's ends of the three pipes. */
static weir_status pipes_open(struct child_process *process, int theirs[3], weir_error *error)
{
    for (int end = 0; end < 3; end++) {
        int both[2];
        int ours = end == END_INPUT ? 1 : 0; /* which of the two */

        if (step_failed(pipe2(both, O_CLOEXEC))) {
            return error_system(error, "make a pipe");
        }
        process->ends[end] = both[ours];
        theirs[end] = both[1 - ours];
        if (fcntl(both[ours], F_SETFL, O_NONBLOCK) < 0) {
            return error_system(error, "make a pipe");
        }
    }
    return WEIR_OK;
}

/* The child has no signal blocked, as a program expects, and its own process group. */
static int attributes_fill(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t broken;
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;

    sigemptyset(&none);
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    int failed = posix_spawnattr_setsigmask(attributes, &none);
    failed = failed != 0 ? failed : posix_spawnattr_setsigdefault(attributes, &broken);
    failed = failed != 0 ? failed : posix_spawnattr_setpgroup(attributes, 0);
    return failed != 0 ? failed : posix_spawnattr_setflags(attributes, (short)flags);
}

static int spawn(struct child_process *process, const int theirs[3], const char *const *arguments,
                 const char *const *environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t id;

    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0) {
        return failed;
    }
    failed = posix_spawnattr_init(&attributes);
    if (failed != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    for (int end = 0; end < 3 && failed == 0; end++) {
        failed = posix_spawn_file_actions_adddup2(&actions, theirs[end], end);
    }
    failed = failed != 0 ? failed : attributes_fill(&attributes);
    if (failed == 0) {
        failed = fault_step() ? EIO
                              : posix_spawnp(&id, arguments[0], &actions, &attributes,
                                             (char *const *)(uintptr_t)arguments,
                                             (char *const *)(uintptr_t)environment);
    }
    if (failed == 0) {
        process->id = id;
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

weir_status child_process_start(struct child_process *process, const char *const *arguments,
                                const char *const *environment, weir_error *error)
{
    int theirs[3] = {-1, -1, -1};

    for (int end = 0; end < 3; end++) {
        process->ends[end] = -1;
    }
    bytes_init(&process->errors);
    weir_status status = pipes_open(process, theirs, error);
    if (status == WEIR_OK) {
        errno = spawn(process, theirs, arguments, environment);
        if (errno != 0) {
            status = error_system(error, "cannot run \"%s\"", process->name);
        }
    }
    for (int end = 0; end < 3; end++) {
        if (theirs[end] >= 0) {
            close(theirs[end]);
        }
    }
    if (status != WEIR_OK) {
        child_process_fini(process);
    }
    return status;
}

/* Logs the whole lines among the errors, and with is_end the rest. */
static void errors_log(struct child_process *process, bool is_end)
{
    struct bytes *errors = &process->errors;
    size_t begin = 0;

    while (begin < errors->size) {
        const char *newline = memchr(errors->data + begin, '\n', errors->size - begin);
        size_t size =
            newline == NULL ? errors->size - begin : (size_t)(newline - errors->data) - begin;

        if (newline == NULL && size < ERROR_BYTES_MAX && !is_end) {
            break;
        }
        log_write(LOG_WARN, process->name, "%.*s", (int)size, errors->data + begin);
        begin += size + (newline != NULL ? 1 : 0);
    }
    if (begin > 0) {
        errors->size -= begin;
        memmove(errors->data, errors->data + begin, errors->size);
    }
}

/* Reads what is there; at the end the end is closed. */
static weir_status end_read(struct child_process *process, int end, weir_error *error)
{
    char data[READ_BYTES];
    ssize_t got = fault_step() ? -1 : read(process->ends[end], data, sizeof(data));

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return WEIR_OK;
    }
    if (got < 0) {
        return error_system(error, "read from \"%s\"", process->name);
    }
    if (got == 0) {
        end_close(process, end);
        if (end == END_ERRORS) {
            errors_log(process, true);
        }
        return WEIR_OK;
    }
    if (end == END_OUTPUT) {
        return process->on_output(process->owner, data, (size_t)got, error);
    }
    bytes_append(&process->errors, data, (size_t)got);
    WEIR_TRY(bytes_status(&process->errors, error));
    errors_log(process, false);
    return WEIR_OK;
}

static weir_status end_write(struct child_process *process, const char **data, size_t *size,
                             weir_error *error)
{
    ssize_t put = fault_step() ? -1 : write(process->ends[END_INPUT], *data, *size);

    if (put < 0 && errno == EPIPE) {
        end_close(process, END_INPUT);
        return WEIR_OK;
    }
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
        return error_system(error, "write to \"%s\"", process->name);
    }
    if (put > 0) {
        *data += put;
        *size -= (size_t)put;
    }
    return WEIR_OK;
}

/* Waits until something can be read or written, or `ended` (a process's descriptor, or -1) says
 * that it has ended, and does it. */
static weir_status turn(struct child_process *process, const char **data, size_t *size, int ended,
                        weir_error *error)
{
    struct pollfd polled[] = {
        {.fd = *size > 0 ? process->ends[END_INPUT] : -1, .events = POLLOUT},
        {.fd = process->ends[END_OUTPUT], .events = POLLIN},
        {.fd = process->ends[END_ERRORS], .events = POLLIN},
        {.fd = ended, .events = POLLIN},
    };

    if (atomic_load_explicit(process->is_cancelled, memory_order_relaxed)) {
        return error_set(error, WEIR_STOPPING, "stopped");
    }
    if (poll(polled, 4, CANCEL_CHECK_MS) < 0 && errno != EINTR) {
        return error_system(error, "wait for \"%s\"", process->name);
    }
    for (int end = END_OUTPUT; end <= END_ERRORS; end++) {
        if (polled[end].fd >= 0 && polled[end].revents != 0) {
            WEIR_TRY(end_read(process, end, error));
        }
    }
    if (polled[END_INPUT].fd >= 0 && polled[END_INPUT].revents != 0) {
        WEIR_TRY(end_write(process, data, size, error));
    }
    return WEIR_OK;
}

weir_status child_process_write(struct child_process *process, const char *data, size_t size,
                                weir_error *error)
{
    while (size > 0 && process->ends[END_INPUT] >= 0) {
        WEIR_TRY(turn(process, &data, &size, -1, error));
    }
    return WEIR_OK;
}

/* It has closed its output, and may run on: waits for its end, or for the task's. */
static weir_status await_end(struct child_process *process, int *wait_status, weir_error *error)
{
    int ended = (int)syscall(SYS_pidfd_open, process->id, 0);
    weir_status status = WEIR_OK;
    const char *nothing = NULL;
    size_t size = 0;
    pid_t got = 0;

    while (status == WEIR_OK && got == 0) {
        got = waitpid(process->id, wait_status, ended >= 0 ? WNOHANG : 0);
        if (got < 0 && errno == EINTR) {
            got = 0;
        } else if (got < 0) {
            status = error_system(error, "wait for \"%s\"", process->name);
        } else if (got == 0) {
            status = turn(process, &nothing, &size, ended, error);
        }
    }
    if (got != 0) {
        process->id = 0;
    }
    if (ended >= 0) {
        close(ended);
    }
    return status;
}

weir_status child_process_finish(struct child_process *process, int *exit_status, weir_error *error)
{
    const char *nothing = NULL;
    size_t size = 0;
    int wait_status = 0;

    end_close(process, END_INPUT);
    while (process->ends[END_OUTPUT] >= 0 || process->ends[END_ERRORS] >= 0) {
        WEIR_TRY(turn(process, &nothing, &size, -1, error));
    }
    WEIR_TRY(await_end(process, &wait_status, error));
    *exit_status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
    return WEIR_OK;
}

void child_process_fini(struct child_process *process)
{
    if (process->id > 0) {
        kill(-process->id, SIGKILL);
        while (waitpid(process->id, NULL, 0) < 0 && errno == EINTR) {
        }
        process->id = 0;
    }
    for (int end = 0; end < 3; end++) {
        end_close(process, end);
    }
    bytes_fini(&process->errors);
}
