/*
 * compare - equality and order of values.
 */
#include "data/compare.h"

#include <stdlib.h>

#include "base/mem.h"

#define TWO_TO_63 9223372036854775808.0

/* Maps of up to this many pairs are sorted without the heap. */
#define PAIRS_LOCAL_MAX 32u

/* null < bool < number < bytes < list < tuple < map */
static const uint8_t kind_ranks[] = {0, 1, 2, 2, 3, 4, 5, 6};

static int order_of(bool is_below, bool is_above)
{
    return (int)is_above - (int)is_below;
}

static int compare_floats(double left, double right)
{
    bool left_is_nan = left != left;
    bool right_is_nan = right != right;

    if (left_is_nan || right_is_nan) {
        return order_of(right_is_nan && !left_is_nan, left_is_nan && !right_is_nan);
    }
    return order_of(left<right, left> right);
}

/* Exactly: an int that no double holds is above or below the double next to it, never equal. */
static int compare_int_float(int64_t integer, double number)
{
    if (!(number < TWO_TO_63)) {
        return -1; /* NaN too */
    }
    if (number < -TWO_TO_63) {
        return 1;
    }
    int64_t whole = (int64_t)number;
    if (integer != whole) {
        return integer < whole ? -1 : 1;
    }
    double fraction = number - (double)whole;
    return order_of(fraction > 0, fraction < 0);
}

static int compare_numbers(const struct weir_value *left, const struct weir_value *right)
{
    bool left_is_int = weir_kind_of(*left) == WEIR_INT;
    bool right_is_int = weir_kind_of(*right) == WEIR_INT;

    if (left_is_int && right_is_int) {
        return order_of(left->integer<right->integer, left->integer> right->integer);
    }
    if (left_is_int) {
        return compare_int_float(left->integer, right->number);
    }
    if (right_is_int) {
        return -compare_int_float(right->integer, left->number);
    }
    return compare_floats(left->number, right->number);
}

static int compare_bytes(const struct weir_value *left, const struct weir_value *right)
{
    uint32_t left_size = weir_size_of(*left);
    uint32_t right_size = weir_size_of(*right);
    uint32_t common = left_size < right_size ? left_size : right_size;
    int order = memcmp(weir_bytes_of(left), weir_bytes_of(right), common);

    return order != 0 ? order : order_of(left_size<right_size, left_size> right_size);
}

static int compare_items(const struct weir_value *left, const struct weir_value *right)
{
    uint32_t left_size = weir_size_of(*left);
    uint32_t right_size = weir_size_of(*right);

    for (uint32_t i = 0; i < left_size && i < right_size; i++) {
        int order = value_compare(&left->items[i], &right->items[i]);
        if (order != 0) {
            return order;
        }
    }
    return order_of(left_size<right_size, left_size> right_size);
}

/* A pair is its key, with its value behind. */
static int compare_pairs(const struct weir_value *left, const struct weir_value *right)
{
    int order = value_compare(&left[0], &right[0]);

    return order != 0 ? order : value_compare(&left[1], &right[1]);
}

static int compare_pair_places(const void *left, const void *right)
{
    return compare_pairs(*(const struct weir_value *const *)left,
                         *(const struct weir_value *const *)right);
}

/* The pairs of one map in order. `sorted` is NULL when there was no memory for it: each next pair
 * is then searched for, which is slow and always works. */
struct pair_walk {
    const struct weir_value *map;
    const struct weir_value *last;
    const struct weir_value **sorted;
    uint32_t done;
    const struct weir_value *local[PAIRS_LOCAL_MAX];
};

static void pair_walk_init(struct pair_walk *walk, const struct weir_value *map)
{
    uint32_t pairs_count = weir_size_of(*map);

    walk->map = map;
    walk->last = NULL;
    walk->done = 0;
    walk->sorted = walk->local;
    if (pairs_count > PAIRS_LOCAL_MAX) {
        walk->sorted = mem_alloc(pairs_count * sizeof(const struct weir_value *));
    }
    if (walk->sorted == NULL) {
        return;
    }
    for (size_t i = 0; i < pairs_count; i++) {
        walk->sorted[i] = &map->items[2 * i];
    }
    if (pairs_count > 1) {
        qsort(walk->sorted, pairs_count, sizeof(const struct weir_value *), compare_pair_places);
    }
}

static void pair_walk_fini(struct pair_walk *walk)
{
    if (walk->sorted != walk->local) {
        mem_free(walk->sorted);
    }
}

/* True when left comes before right; of equal pairs the one that stands first does. */
static bool pair_is_before(const struct weir_value *left, const struct weir_value *right)
{
    int order = compare_pairs(left, right);

    return order != 0 ? order < 0 : left < right;
}

static const struct weir_value *pair_walk_search(const struct pair_walk *walk)
{
    const struct weir_value *best = NULL;

    for (size_t i = 0; i < weir_size_of(*walk->map); i++) {
        const struct weir_value *pair = &walk->map->items[2 * i];
        bool is_left = walk->last == NULL || pair_is_before(walk->last, pair);
        if (is_left && (best == NULL || pair_is_before(pair, best))) {
            best = pair;
        }
    }
    return best;
}

static const struct weir_value *pair_walk_next(struct pair_walk *walk)
{
    walk->last = walk->sorted != NULL ? walk->sorted[walk->done] : pair_walk_search(walk);
    walk->done++;
    return walk->last;
}

static int compare_maps(const struct weir_value *left, const struct weir_value *right)
{
    uint32_t left_size = weir_size_of(*left);
    uint32_t right_size = weir_size_of(*right);
    struct pair_walk left_walk;
    struct pair_walk right_walk;
    int order = 0;

    pair_walk_init(&left_walk, left);
    pair_walk_init(&right_walk, right);
    for (uint32_t i = 0; i < left_size && i < right_size && order == 0; i++) {
        order = compare_pairs(pair_walk_next(&left_walk), pair_walk_next(&right_walk));
    }
    pair_walk_fini(&right_walk);
    pair_walk_fini(&left_walk);
    return order != 0 ? order : order_of(left_size<right_size, left_size> right_size);
}

int value_compare(const struct weir_value *left, const struct weir_value *right)
{
    uint8_t left_rank = kind_ranks[weir_kind_of(*left)];
    uint8_t right_rank = kind_ranks[weir_kind_of(*right)];

    if (left_rank != right_rank) {
        return left_rank < right_rank ? -1 : 1;
    }
    switch (weir_kind_of(*left)) {
    case WEIR_NULL:
        return 0;
    case WEIR_BOOL:
        return order_of(left->integer<right->integer, left->integer> right->integer);
    case WEIR_INT:
    case WEIR_FLOAT:
        return compare_numbers(left, right);
    case WEIR_BYTES:
        return compare_bytes(left, right);
    case WEIR_LIST:
    case WEIR_TUPLE:
        return compare_items(left, right);
    case WEIR_MAP:
        break;
    }
    return compare_maps(left, right);
}

bool value_equal_slow(const struct weir_value *left, const struct weir_value *right)
{
    enum weir_kind kind = weir_kind_of(*left);

    if (kind_ranks[kind] != kind_ranks[weir_kind_of(*right)]) {
        return false;
    }
    if (kind <= WEIR_FLOAT) {
        return value_compare(left, right) == 0;
    }
    uint32_t size = weir_size_of(*left);
    if (size != weir_size_of(*right)) {
        return false;
    }
    if (kind == WEIR_BYTES) {
        return memcmp(weir_bytes_of(left), weir_bytes_of(right), size) == 0;
    }
    if (kind == WEIR_MAP) {
        return compare_maps(left, right) == 0;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (!value_equal(&left->items[i], &right->items[i])) {
            return false;
        }
    }
    return true;
}
