/*
 * option_value - one option's JSON value, made into a setting.
 *
 * Threads:  plain functions.
 */
#ifndef WEIR_IO_OPTION_VALUE_H
#define WEIR_IO_OPTION_VALUE_H

#include <weir/value.h>

#include "base/arena.h"
#include "base/bytes.h"

/* What is wrong with a value, in words for the person who wrote it. */
struct option_fault {
    const char *code;     /* "E021" */
    struct bytes message; /* "must be an integer, found a string", without the option's name */
    struct bytes help;    /* empty: none */
};

void option_fault_init(struct option_fault *fault);
void option_fault_fini(struct option_fault *fault);

/* WEIR_E_INVAL: the fault says why. Texts of the setting live in the arena or in `value`'s
 * memory. */
CHECKED weir_status option_value_read(const weir_option *option, struct weir_value value,
                                      struct arena *arena, weir_setting *out,
                                      struct option_fault *fault, weir_error *error);

/* True when this text is one of "a|b|c". */
bool option_enum_has(const char *enum_values, const char *text, size_t size);

#endif
