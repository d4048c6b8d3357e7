/*
 * api_shared - values that functions share: broadcasts and accumulators.
 *
 * Life:     they belong to their context, and go with it at the latest.
 */
#ifndef WEIR_APP_API_SHARED_H
#define WEIR_APP_API_SHARED_H

#include <weir/shared.h>

/* Shows each of the context's accumulators; on the builder's thread. */
void api_accumulators_each(struct weir_context *context,
                           void (*visit)(struct weir_accumulator *accumulator, void *owner),
                           void *owner);

/* Destroys what is left; no job runs any more. */
void api_shared_fini(struct weir_context *context);

#endif
