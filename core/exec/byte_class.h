/*
 * byte_class - which bytes belong to words: 64 bytes of text to a mask of 64 bits.
 *
 * The forms (portable, AVX2) give identical masks; the best one that the processor has is chosen
 * when the class is made. Method of the AVX2 form: a byte's low nibble looks up which high nibbles
 * are in the class, as in Mula and Langdale's vectorized classification.
 */
#ifndef WEIR_EXEC_BYTE_CLASS_H
#define WEIR_EXEC_BYTE_CLASS_H

#include <stdbool.h>

#include "base/error.h"

struct byte_class {
    bool has[256];
    bool is_above_space;   /* exactly the bytes above ' ': the common case has a shorter loop */
    bool is_uniform_above; /* all bytes from 0x80 on are in, or none is */
    uint8_t rows[2][16];   /* by low nibble: bit h = byte (h + 8 * i) << 4 | low is in the class */
    /* Masks of blocks_count blocks of 64 bytes. Reads exactly those bytes. */
    void (*masks)(const struct byte_class *class, const uint8_t *text, uint32_t blocks_count,
                  uint64_t *out);
};

/* The bytes above ' ': words between white space. */
void byte_class_init_words(struct byte_class *class);

/* The bytes that the separator pattern does not match: "[...]+" or "[^...]+", with ranges, \s \d
 * \w, \t \n \r, and \ before what is no letter or digit for itself; [ and ] stand behind a \.
 * is_folded: a capital ASCII letter counts as its small one. */
CHECKED weir_status byte_class_init_pattern(struct byte_class *class, const char *pattern,
                                            uint32_t size, bool is_folded, weir_error *error);

#endif
