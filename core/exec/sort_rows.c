/*
 * sort_rows - a merge sort of places by a word each, and by values where words are equal.
 */
#include "exec/sort_rows.h"

#include <math.h>

#include "base/mem.h"
#include "data/compare.h"
#include "exec/task.h"

/* Runs of this many are sorted by insertion before they are merged. */
#define RUN_ROWS 16u

struct sort_item {
    uint64_t word; /* orders first */
    uint32_t place;
};

_Static_assert(SORT_BYTES_PER_ROW == 2 * sizeof(struct sort_item) + sizeof(uint32_t),
               "two vectors of items, and the result");

struct sorting {
    const struct block *block;
    bool is_descending;
    bool words_decide; /* equal words: equal rows */
    const struct column *first;
    const struct column *second; /* NULL: rows are compared by the first alone */
};

static uint64_t word_of_int(int64_t integer)
{
    return (uint64_t)integer ^ UINT64_C(1) << 63;
}

/* Orders as the floats do: NaN last, both zeros alike. */
static uint64_t word_of_float(double number)
{
    uint64_t bits;

    if (isnan(number)) {
        return UINT64_MAX;
    }
    number = number == 0 ? 0.0 : number;
    memcpy(&bits, &number, sizeof(bits));
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t word_of_bytes(const struct weir_value *value)
{
    uint64_t word = 0;
    uint32_t size = weir_size_of(*value);

    memcpy(&word, weir_bytes_of(value), size < sizeof(word) ? size : sizeof(word));
    return __builtin_bswap64(word);
}

uint64_t sort_word(const struct column *column, uint32_t place)
{
    switch (column->kind) {
    case COLUMN_INT:
        return word_of_int(column->ints[place]);
    case COLUMN_FLOAT:
        return word_of_float(column->floats[place]);
    case COLUMN_BYTES:
        return word_of_bytes(&column->values[place]);
    case COLUMN_MIXED:
        break;
    }
    return 0;
}

static int compare_places(const struct sorting *sorting, uint32_t left, uint32_t right)
{
    struct weir_value left_value = column_value(sorting->first, left);
    struct weir_value right_value = column_value(sorting->first, right);
    int order = value_compare(&left_value, &right_value);

    if (order == 0 && sorting->second != NULL) {
        left_value = column_value(sorting->second, left);
        right_value = column_value(sorting->second, right);
        order = value_compare(&left_value, &right_value);
    }
    return sorting->is_descending ? -order : order;
}

/* True when `later`, which stands behind `earlier`, must come before it. */
static inline bool goes_before(const struct sorting *sorting, const struct sort_item *later,
                               const struct sort_item *earlier)
{
    if (later->word != earlier->word) {
        return later->word < earlier->word;
    }
    return !sorting->words_decide && compare_places(sorting, later->place, earlier->place) < 0;
}

static void sort_run(const struct sorting *sorting, struct sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct sort_item item = items[i];
        size_t at = i;

        while (at > 0 && goes_before(sorting, &item, &items[at - 1])) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = item;
    }
}

static void merge(const struct sorting *sorting, const struct sort_item *left, size_t left_count,
                  const struct sort_item *right, size_t right_count, struct sort_item *to)
{
    while (left_count > 0 && right_count > 0) {
        if (goes_before(sorting, right, left)) {
            *to++ = *right++;
            right_count--;
        } else {
            *to++ = *left++;
            left_count--;
        }
    }
    memcpy(to, left, left_count * sizeof(*to));
    memcpy(to + left_count, right, right_count * sizeof(*to));
}

/* Sorts by way of `room`; what comes back is where the result is. */
static struct sort_item *sort_items(const struct sorting *sorting, struct sort_item *items,
                                    struct sort_item *room, size_t count)
{
    for (size_t first = 0; first < count; first += RUN_ROWS) {
        sort_run(sorting, items + first, count - first < RUN_ROWS ? count - first : RUN_ROWS);
    }
    for (size_t width = RUN_ROWS; width < count; width *= 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t middle = count - first < width ? count : first + width;
            size_t end = count - middle < width ? count : middle + width;
            merge(sorting, items + first, middle - first, items + middle, end - middle,
                  room + first);
        }
        struct sort_item *sorted = room;
        room = items;
        items = sorted;
    }
    return items;
}

static void sorting_init(struct sorting *sorting, const struct block *block, enum sort_by by,
                         bool is_descending)
{
    bool is_pairs = block->columns_count == 2;

    sorting->block = block;
    sorting->is_descending = is_descending;
    sorting->first = &block->columns[0]; /* a pair's key, or a plain row */
    sorting->second = is_pairs && by == SORT_BY_ROW ? &block->columns[CHUNK_PAIR_VALUE] : NULL;
    sorting->words_decide = sorting->second == NULL && (sorting->first->kind == COLUMN_INT ||
                                                        sorting->first->kind == COLUMN_FLOAT);
}

weir_status sort_rows(const struct block *block, enum sort_by by, bool is_descending,
                      uint32_t **places, weir_error *error)
{
    size_t count = block->rows_count;
    struct sorting sorting;
    struct sort_item *items = mem_alloc((count + 1) * sizeof(*items));
    struct sort_item *room = mem_alloc((count + 1) * sizeof(*room));
    uint32_t *sorted = mem_alloc((count + 1) * sizeof(*sorted));

    if (items == NULL || room == NULL || sorted == NULL) {
        mem_free(items);
        mem_free(room);
        mem_free(sorted);
        return error_set(error, WEIR_E_NOMEM, "no memory to sort %zu rows", count);
    }
    sorting_init(&sorting, block, by, is_descending);
    for (size_t i = 0; i < count; i++) {
        uint64_t word = sort_word(sorting.first, (uint32_t)i);
        items[i].word = is_descending ? ~word : word;
        items[i].place = (uint32_t)i;
    }
    const struct sort_item *result = sort_items(&sorting, items, room, count);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = result[i].place;
    }
    mem_free(items);
    mem_free(room);
    *places = sorted;
    return WEIR_OK;
}

/* The rows of these places as a dense column. */
static struct column column_at(const struct column *column, const uint32_t *places, uint32_t count,
                               void *vector)
{
    if (column->kind == COLUMN_INT || column->kind == COLUMN_FLOAT) {
        int64_t *words = vector;
        for (uint32_t i = 0; i < count; i++) {
            words[i] = column->ints[places[i]];
        }
    } else {
        struct weir_value *values = vector;
        for (uint32_t i = 0; i < count; i++) {
            values[i] = column->values[places[i]];
        }
    }
    return (struct column){.kind = column->kind, .data = vector};
}

void sort_rows_chunk(const struct block *block, const uint32_t *places, uint32_t count,
                     void *const *vectors, struct chunk *out)
{
    *out = (struct chunk){.rows_count = count, .columns_count = block->columns_count};
    for (uint32_t i = 0; i < block->columns_count; i++) {
        out->columns[i] = column_at(&block->columns[i], places, count, vectors[i]);
    }
}

weir_status sort_rows_push(struct task *task, const struct block *block, const uint32_t *places,
                           uint32_t count, struct op *to, weir_error *error)
{
    void *vectors[CHUNK_COLUMNS_MAX] = {NULL};

    for (uint32_t i = 0; i < block->columns_count; i++) {
        vectors[i] = arena_alloc(&task->arena, task->chunk_rows * sizeof(struct weir_value));
        if (vectors[i] == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory for a chunk of rows");
        }
    }
    for (uint32_t first = 0; first < count;) {
        uint32_t left = count - first;
        struct chunk chunk;

        if (atomic_load_explicit(task->is_cancelled, memory_order_relaxed)) {
            return error_set(error, WEIR_STOPPING, "stopped");
        }
        sort_rows_chunk(block, places + first, left < task->chunk_rows ? left : task->chunk_rows,
                        vectors, &chunk);
        first += chunk.rows_count;
        WEIR_TRY(op_push(to, &chunk, error));
    }
    return WEIR_OK;
}
