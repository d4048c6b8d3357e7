/*
 * job - a job file, read: the graph it describes, and how to run it.
 *
 * What is wrong with the file is collected in the graph's problems; diagnostics.h shows them at
 * their places.
 *
 * Life:     job_open, engine_create with job->engine (which adds what plugins and the whole graph
 *           tell), job_settle, job_close after the engine is gone.
 * Threads:  one owner.
 */
#ifndef WEIR_APP_JOB_H
#define WEIR_APP_JOB_H

#include "app/document.h"
#include "app/engine.h"
#include "base/log.h"

/* What the command line adds. */
struct job_request {
    const char *path;        /* "-": the standard input */
    const char *const *sets; /* "/job/batch=1s" */
    size_t sets_count;
    const char *const *plugin_paths; /* looked at first */
    size_t plugin_paths_count;
};

struct job_test;

struct job {
    const char *path; /* as it is called in messages */
    struct document document;
    struct function_registry *functions;
    struct plugin_folders *folders;
    struct graph *graph;
    struct engine_options engine;
    char *spill_dir;              /* the engine's; NULL: the default */
    const struct job_test *tests; /* in the file's order; NULL: there are none */
    bool is_stop_graceful;
    bool has_log_level;
    bool has_log_format;
    enum log_level log_level;
    enum log_format log_format;
};

/* The request's texts outlive the job. WEIR_OK also when the file is wrong. WEIR_E_INVAL: one of
 * the sets cannot be; WEIR_E_IO and others: the file cannot be read. */
CHECKED weir_status job_open(const struct job_request *request, struct job **out,
                             weir_error *error);

/* After the graph's check: takes out the problems that only follow from another one. */
void job_settle(struct job *job);

void job_close(struct job *job);

#endif
