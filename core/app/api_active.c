/*
 * api_active - the contexts of this process that run, and what is set once before they do.
 */
#include <inttypes.h>

#include "app/api.h"
#include "plan/duration.h"

/* Those that were started and not destroyed, the last one first. */
static struct weir_context *first;
static struct lock first_lock = {PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP};

void api_active_add(struct weir_context *context)
{
    lock_take(&first_lock);
    context->next_active = first;
    first = context;
    lock_release(&first_lock);
}

void api_active_remove(struct weir_context *context)
{
    lock_take(&first_lock);
    for (struct weir_context **link = &first; *link != NULL; link = &(*link)->next_active) {
        if (*link == context) {
            *link = context->next_active;
            break;
        }
    }
    lock_release(&first_lock);
}

struct weir_context *weir_get_active(void)
{
    struct weir_context *found;

    lock_take(&first_lock);
    for (found = first; found != NULL; found = found->next_active) {
        if (weir_context_state(found) == WEIR_ACTIVE) {
            break;
        }
    }
    lock_release(&first_lock);
    return found;
}

struct weir_context *weir_get_active_or_create(struct weir_context *(*create)(void *owner),
                                               void *owner)
{
    struct weir_context *active = weir_get_active();

    return active != NULL ? active : create(owner);
}

weir_status weir_remember(struct weir_context *context, const char *duration)
{
    int64_t duration_ms;

    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    if (!api_may_build(context, "weir_remember")) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_remember: the context has been started or stopped already");
    }
    duration_ms = duration == NULL ? -1 : duration_parse(duration);
    if (duration_ms <= 0) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_remember: \"%.64s\" is no duration such as \"30s\"",
                          duration == NULL ? "" : duration);
    }
    if (context->graph->remember_ms != 0) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_remember: it is set to %" PRId64 " ms already",
                          context->graph->remember_ms);
    }
    context->graph->remember_ms = duration_ms;
    return WEIR_OK;
}

weir_status weir_set_batch_ms(struct weir_context *context, int64_t batch_ms)
{
    if (context == NULL) {
        return WEIR_E_INVAL;
    }
    if (context->is_batch_given) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_set_batch_ms: the batch interval is set to %" PRId64 " ms already",
                          context->graph->batch_ms);
    }
    if (!api_may_build(context, "weir_set_batch_ms") || context->graph->nodes_count > 0) {
        return api_refuse(context, WEIR_E_INVAL,
                          "weir_set_batch_ms: the context has streams already");
    }
    context->graph->batch_ms = batch_ms; /* a wrong one is told by the start */
    context->is_batch_given = true;
    return WEIR_OK;
}
