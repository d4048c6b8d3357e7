/*
 * api_call - one call of the RDD API on its way from handles to lineage and back.
 *
 * A call opens with the handles that it was given, resolves its functions, keeps its values as long
 * as what it derives, and closes with the new RDD's handle, or with the failure, which is kept
 * with the handles for whoever reports it.
 *
 * Life:     api_call_open ..., then api_call_close or api_call_end, once, if it said true.
 * Threads:  the caller's.
 */
#ifndef WEIR_APP_API_CALL_H
#define WEIR_APP_API_CALL_H

#include "app/api.h"

struct api_call {
    const char *name; /* the public function's */
    struct handle_pool *pool;
    struct rdd **parents; /* held */
    uint32_t parents_count;
    struct weir_value argument; /* what api_call_apply has kept */
    weir_error error;
};

/* False, with nothing to close, when one of the handles is NULL (its failure has been told), when
 * they belong to different contexts, or when there is no memory. */
bool api_call_open(struct api_call *call, const char *name, const struct weir_rdd *from);
bool api_call_open_two(struct api_call *call, const char *name, const struct weir_rdd *left,
                       const struct weir_rdd *right);
bool api_call_open_all(struct api_call *call, const char *name, struct weir_rdd *const *rdds,
                       uint32_t count);

/* For calls that give rows: *out is without rows from then on; NULL is refused. */
bool api_rows_open(struct api_call *call, const char *name, const struct weir_rdd *from,
                   struct weir_rows *out);

/* Ends it with the rows of the block, taken over when status is WEIR_OK. */
weir_status api_rows_close(struct api_call *call, weir_status status, struct block *block,
                           struct weir_rows *out);

/* Refuses parents of plain rows; those of no partitions pass for ones of pairs. */
CHECKED weir_status api_call_takes_pairs(struct api_call *call);

/* Finds a function of this kind; it takes the argument. */
CHECKED weir_status api_call_find(struct api_call *call, struct weir_function given,
                                  enum weir_function_kind kind, struct weir_value argument,
                                  const struct function **out);

/* Keeps copies of the values as long as the RDDs derived from parents[0]. */
CHECKED weir_status api_call_keep(struct api_call *call, const struct weir_value *values,
                                  uint32_t count, struct weir_value *copies);

/* Both, for one function and its argument: the copy is call->argument. */
CHECKED weir_status api_call_apply(struct api_call *call, struct weir_function given,
                                   enum weir_function_kind kind, struct weir_value argument,
                                   const struct function **out);

/* A hash partitioner of so many partitions; 0: the default for the parents. */
struct partitioner api_call_partitioner(const struct api_call *call, uint32_t partitions);

/* So many, or when they are 0 as many as parents[0] has. */
uint32_t api_call_partitions(const struct api_call *call, uint32_t partitions);

/* The handle of the RDD that was made, taken over when status is WEIR_OK. NULL: it failed. */
struct weir_rdd *api_call_close(struct api_call *call, weir_status status, struct rdd *made);

/* The same for calls that make no RDD. */
weir_status api_call_end(struct api_call *call, weir_status status);

#endif
