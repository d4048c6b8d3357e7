/*
 * property_functions - functions for random programs: each a pure function of what it is shown,
 * most of them so that the order of rows, or a bit that differs, shows in what they give.
 */
#ifndef WEIR_TESTS_PROPERTY_FUNCTIONS_H
#define WEIR_TESTS_PROPERTY_FUNCTIONS_H

#include <weir/function.h>

/* Any row to a value: ints, floats, both, short and long texts. */
void property_to_int(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument);
void property_to_float(const struct weir_row *row, struct weir_emitter *out,
                       struct weir_value argument);
void property_to_number(const struct weir_row *row, struct weir_emitter *out,
                        struct weir_value argument);
void property_to_text(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument);

/* The key of a row, out of few. */
void property_to_key(const struct weir_row *row, struct weir_emitter *out,
                     struct weir_value argument);

/* None to three rows for each, and now and then many: values, and pairs. */
void property_several(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument);
void property_several_pairs(const struct weir_row *row, struct weir_emitter *out,
                            struct weir_value argument);

/* A pair of a key out of few and the row. */
void property_to_pair(const struct weir_row *row, struct weir_emitter *out,
                      struct weir_value argument);

/* Keeps about two of three. */
bool property_keeps(const struct weir_row *row, struct weir_value argument);

/* Not commutative and not associative: a number that tells in which order all was put together. */
struct weir_value property_fold(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument);

/* Joins texts, and texts of what is none; keeps the last 40 bytes. */
struct weir_value property_chain(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument);
struct weir_value property_chain_start(struct weir_value value, struct weir_emitter *memory,
                                       struct weir_value argument);

/* Adds wrapping ints; takes them away again. */
struct weir_value property_plus(struct weir_value left, struct weir_value right,
                                struct weir_emitter *memory, struct weir_value argument);
struct weir_value property_minus(struct weir_value left, struct weir_value right,
                                 struct weir_emitter *memory, struct weir_value argument);

/* Each row's place and the digest of all before it, and the partition's number. */
void property_running(struct weir_iterator *rows, struct weir_emitter *out,
                      struct weir_value argument);
void property_running_pairs(struct weir_iterator *rows, struct weir_emitter *out,
                            struct weir_value argument);

uint32_t property_partition(struct weir_value key, uint32_t partitions_count,
                            struct weir_value argument);

/* State of ints: folds the values in; forgets a key now and then. */
bool property_update(struct weir_update *update, struct weir_emitter *memory,
                     struct weir_value argument);

#endif
