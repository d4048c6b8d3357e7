/*
 * utf8 - which bytes are text.
 *
 * Valid is what Unicode says: no overlong forms, no surrogates, nothing above U+10FFFF. What is
 * not valid is cut into the longest pieces that start like a character (as browsers and Java do):
 * each is shown as one U+FFFD.
 */
#ifndef WEIR_DATA_UTF8_H
#define WEIR_DATA_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* True when size bytes are valid UTF-8. */
bool text_is_utf8(const void *bytes, size_t size);

/* How many bytes from the front are valid UTF-8. */
size_t utf8_valid_size(const void *bytes, size_t size);

/* Length of the malformed piece at the front: at least 1. There is one. */
size_t utf8_malformed_size(const void *bytes, size_t size);

#endif
