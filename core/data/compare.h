/*
 * compare - equality and order of values.
 *
 * int and float are equal when their values are (2 = 2.0, exactly, also beyond 2^53); NaN equals
 * NaN and orders after all other numbers; -0.0 equals 0.0. Kinds order null < bool < number < bytes
 * < list < tuple < map. Bytes order as unsigned bytes, lists and tuples item by item and then by
 * length, maps as the list of their pairs sorted by key. The text mark plays no part.
 */
#ifndef WEIR_DATA_COMPARE_H
#define WEIR_DATA_COMPARE_H

#include <weir/value.h>

/* All cases; value_equal is the fast way in. */
bool value_equal_slow(const struct weir_value *left, const struct weir_value *right);

/* Two word comparisons settle short bytes, ints and all unequal sizes. */
static inline bool value_equal(const struct weir_value *left, const struct weir_value *right)
{
    uint64_t left_words[2];
    uint64_t right_words[2];

    memcpy(left_words, left, sizeof(left_words));
    memcpy(right_words, right, sizeof(right_words));
    uint64_t first_difference = (left_words[0] ^ right_words[0]) & ~(uint64_t)WEIR_HEAD_TEXT;
    uint64_t difference = first_difference | (left_words[1] ^ right_words[1]);
    if (difference == 0 && (left->head & 7u) != WEIR_FLOAT) {
        return true;
    }
    if ((left->head & 7u) == WEIR_BYTES && (right->head & 7u) == WEIR_BYTES &&
        (first_difference != 0 || left->head >> 4 <= WEIR_SHORT_MAX)) {
        return false;
    }
    return value_equal_slow(left, right);
}

/* Below, at or above zero. A total order: equal exactly when value_equal. */
int value_compare(const struct weir_value *left, const struct weir_value *right);

#endif
