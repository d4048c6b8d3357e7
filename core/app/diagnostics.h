/*
 * diagnostics - the problems of a job file as people read them: place, line, caret, help.
 *
 *     bad.json:7:7: error[E020]: unknown option "topic" for source type mqtt
 *           at /sources/lines/with/topic
 *         7 |       "topic": ["chat/+/text"],
 *           |       ^^^^^^^
 *           = help: did you mean "topics"?
 *
 * Columns count characters. A line that is too long for a screen is shown around the caret.
 */
#ifndef WEIR_APP_DIAGNOSTICS_H
#define WEIR_APP_DIAGNOSTICS_H

#include "app/document.h"

/* All problems, sorted by their places, with an empty line between two. Fails for want of memory:
 * out says so then (bytes_status). */
void diagnostics_write(const struct document *document, const struct problems *problems,
                       struct bytes *out);

/* "3 errors, 1 warning" */
void diagnostics_write_counts(const struct problems *problems, struct bytes *out);

#endif
