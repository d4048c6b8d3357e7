/*
 * interpolate - placeholders in a document's strings, filled in after it was read.
 *
 *     ${env:X}            the environment variable X; an error when it is not set
 *     ${env:X:-default}   or the default, when it is not set or empty
 *     ${env:X:?message}   or an error with this message
 *     ${file:P}           the content of a file, without the line end at its end; P is relative to
 *                         the job file's folder
 *     $${                 "${" itself
 *
 * Keys are never touched, nor is what was filled in looked at again.
 */
#ifndef WEIR_APP_INTERPOLATE_H
#define WEIR_APP_INTERPOLATE_H

#include "app/document.h"

#define INTERPOLATED_FILE_BYTES_MAX ((size_t)1 << 20)

/* folder: of the job file. What is wrong is added to problems. Fails only for want of memory. */
CHECKED weir_status interpolate_document(struct document *document, const char *folder,
                                         struct problems *problems, weir_error *error);

#endif
