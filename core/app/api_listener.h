/*
 * api_listener - the program's listeners, and what they are told.
 *
 * Before the start there is no context to listen to: they wait in a list, and the start gives them
 * to it.
 */
#ifndef WEIR_APP_API_LISTENER_H
#define WEIR_APP_API_LISTENER_H

#include "app/api.h"

/* Gives the listeners that wait to the context that now is. Before it starts. */
CHECKED weir_status api_listeners_attach(struct weir_context *context, weir_error *error);

/* After the engine is gone. */
void api_listeners_fini(struct weir_context *context);

#endif
