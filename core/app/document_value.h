/*
 * document_value - a part of a job file as a value: numbers, texts, lists, maps.
 */
#ifndef WEIR_APP_DOCUMENT_VALUE_H
#define WEIR_APP_DOCUMENT_VALUE_H

#include <weir/value.h>

#include "app/document.h"

/* The member `skipped` (NULL: none) of an object is left out. Texts are borrowed from the document,
 * lists and maps live in the arena. WEIR_E_NOMEM, or WEIR_OK. */
CHECKED weir_status document_to_value(const struct document_node *node, const char *skipped,
                                      struct arena *arena, struct weir_value *out);

#endif
