/*
 * handle - an RDD as a program's function sees it: struct weir_rdd.
 *
 * Handles made during one call of a transform or foreach function form a pool and go with it, so
 * that functions need not free what they derive.
 */
#ifndef WEIR_STREAM_HANDLE_H
#define WEIR_STREAM_HANDLE_H

#include "exec/executor.h"
#include "plan/function.h"

struct handle_pool;

struct weir_rdd {
    struct rdd *rdd; /* held */
    struct handle_pool *pool;
    struct weir_rdd *previous;
    struct weir_rdd *next;
    char *name; /* the program's, or NULL */
};

struct handle_pool {
    struct executor *executor;
    const struct function_registry *functions;
    struct weir_rdd *first;
    weir_error error; /* the first failure of a derivation: functions return NULL after it */
};

void handle_pool_init(struct handle_pool *pool, struct executor *executor,
                      const struct function_registry *functions);

/* Takes over the caller's hold on rdd (dropped on failure). NULL: no memory; the pool's error is
 * set. */
struct weir_rdd *handle_create(struct handle_pool *pool, struct rdd *rdd);

/* Lets go of one handle before the others. */
void handle_drop(struct weir_rdd *handle);

/* Drops every handle. */
void handle_pool_fini(struct handle_pool *pool);

#endif
