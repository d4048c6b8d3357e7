/*
 * test_rows - what a test of a job file expects of a batch, held against what came.
 */
#include "app/test_rows.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "data/text.h"

/* Rows shown of a batch that is not as expected. */
enum { SHOWN_ROWS_MAX = 20 };

static bool is_number(double wanted, struct weir_value value)
{
    double number = weir_float_of(value);

    return wanted == number || (isnan(wanted) && isnan(number));
}

/* Numbers that JSON does not have are written as texts. */
static bool is_special(const struct document_node *wanted, struct weir_value value)
{
    double number;

    if (weir_kind_of(value) != WEIR_FLOAT) {
        return false;
    }
    number = weir_float_of(value);
    return (strcmp(wanted->text, "NaN") == 0 && isnan(number)) ||
           (strcmp(wanted->text, "Infinity") == 0 && isinf(number) && number > 0) ||
           (strcmp(wanted->text, "-Infinity") == 0 && isinf(number) && number < 0);
}

static bool is_text(const struct document_node *wanted, struct weir_value value)
{
    return weir_kind_of(value) == WEIR_BYTES
               ? weir_size_of(value) == wanted->text_size &&
                     memcmp(weir_bytes_of(&value), wanted->text, wanted->text_size) == 0
               : is_special(wanted, value);
}

static bool are_items(const struct document_node *wanted, struct weir_value value)
{
    const struct document_node *child = wanted->first;
    enum weir_kind kind = weir_kind_of(value);

    if ((kind != WEIR_LIST && kind != WEIR_TUPLE) ||
        weir_size_of(value) != wanted->children_count) {
        return false;
    }
    for (uint32_t i = 0; child != NULL; child = child->next, i++) {
        if (!test_value_is(child, value.items[i])) {
            return false;
        }
    }
    return true;
}

static bool has_member(const struct document_node *wanted, struct weir_value map)
{
    for (uint32_t i = 0; i < weir_size_of(map); i++) {
        struct weir_value key = map.items[2 * (size_t)i];
        if (weir_kind_of(key) == WEIR_BYTES && weir_size_of(key) == strlen(wanted->key) &&
            memcmp(weir_bytes_of(&key), wanted->key, weir_size_of(key)) == 0) {
            return test_value_is(wanted, map.items[2 * (size_t)i + 1]);
        }
    }
    return false;
}

static bool are_members(const struct document_node *wanted, struct weir_value value)
{
    if (weir_kind_of(value) != WEIR_MAP || weir_size_of(value) != wanted->children_count) {
        return false;
    }
    for (const struct document_node *child = wanted->first; child != NULL; child = child->next) {
        if (!has_member(child, value)) {
            return false;
        }
    }
    return true;
}

bool test_value_is(const struct document_node *wanted, struct weir_value value)
{
    enum weir_kind kind = weir_kind_of(value);

    switch (wanted->kind) {
    case DOCUMENT_NULL:
        return kind == WEIR_NULL;
    case DOCUMENT_BOOL:
        return kind == WEIR_BOOL && (weir_int_of(value) != 0) == wanted->truth;
    case DOCUMENT_NUMBER:
        if (kind == WEIR_INT && wanted->is_integer) {
            return weir_int_of(value) == wanted->integer;
        }
        return (kind == WEIR_INT || kind == WEIR_FLOAT) && is_number(wanted->number, value);
    case DOCUMENT_TEXT:
        return is_text(wanted, value);
    case DOCUMENT_LIST:
        return are_items(wanted, value);
    case DOCUMENT_OBJECT:
        return are_members(wanted, value);
    }
    return false;
}

/* A row: its value, or a pair as [key, value] or {"key": ..., "value": ...}. */
static bool is_row(const struct document_node *wanted, const struct weir_rows *rows, uint64_t row)
{
    const struct document_node *key;
    const struct document_node *value;

    if (rows->keys == NULL) {
        value = wanted->kind == DOCUMENT_OBJECT && wanted->children_count == 1
                    ? document_member(wanted, "value")
                    : NULL;
        return test_value_is(value == NULL ? wanted : value, rows->values[row]);
    }
    if ((wanted->kind != DOCUMENT_LIST && wanted->kind != DOCUMENT_OBJECT) ||
        wanted->children_count != 2) {
        return false;
    }
    key = wanted->kind == DOCUMENT_LIST ? wanted->first : document_member(wanted, "key");
    value = wanted->kind == DOCUMENT_LIST ? wanted->last : document_member(wanted, "value");
    return key != NULL && value != NULL && test_value_is(key, rows->keys[row]) &&
           test_value_is(value, rows->values[row]);
}

static void write_row(const struct weir_rows *rows, uint64_t row, struct bytes *out)
{
    if (rows->keys == NULL) {
        text_write_value(out, rows->values[row]);
    } else {
        text_write_pair(out, rows->keys[row], rows->values[row]);
    }
}

static void show(const struct weir_rows *rows, struct bytes *why)
{
    for (uint64_t row = 0; row < rows->count && row < SHOWN_ROWS_MAX; row++) {
        bytes_append_text(why, "\n  got ");
        write_row(rows, row, why);
    }
    if (rows->count > SHOWN_ROWS_MAX) {
        bytes_printf(why, "\n  got %" PRIu64 " rows more", rows->count - SHOWN_ROWS_MAX);
    }
}

/* One wanted row in the file's own words. */
static void show_wanted(const struct document_node *wanted, struct bytes *why)
{
    bytes_append_text(why, "\n  missing ");
    bytes_append(why, wanted->source->text + wanted->offset, wanted->size);
}

static bool is_count(int64_t wanted, const struct weir_rows *rows, struct bytes *why)
{
    if ((uint64_t)wanted == rows->count) {
        return true;
    }
    bytes_printf(why, "expected %" PRId64 " row%s, got %" PRIu64, wanted, wanted == 1 ? "" : "s",
                 rows->count);
    return false;
}

static bool are_in_order(const struct document_node *wanted, const struct weir_rows *rows,
                         struct bytes *why)
{
    uint64_t row = 0;

    if (!is_count(wanted->children_count, rows, why)) {
        show(rows, why);
        return false;
    }
    for (const struct document_node *item = wanted->first; item != NULL; item = item->next) {
        if (!is_row(item, rows, row)) {
            bytes_printf(why, "row %" PRIu64 " is not as expected", row + 1);
            show_wanted(item, why);
            show(rows, why);
            return false;
        }
        row++;
    }
    return true;
}

/* Each row answers for one of the wanted ones. */
static bool are_as_set(const struct document_node *wanted, const struct weir_rows *rows,
                       struct bytes *why)
{
    bool *is_taken = mem_zalloc(rows->count + 1);
    const struct document_node *missing = NULL;

    if (is_taken == NULL) {
        bytes_append_text(why, "no memory to compare the rows");
        return false;
    }
    for (const struct document_node *item = wanted->first; item != NULL && missing == NULL;
         item = item->next) {
        uint64_t row = 0;
        while (row < rows->count && (is_taken[row] || !is_row(item, rows, row))) {
            row++;
        }
        if (row == rows->count) {
            missing = item;
        } else {
            is_taken[row] = true;
        }
    }
    mem_free(is_taken);
    if (missing == NULL && is_count(wanted->children_count, rows, why)) {
        return true;
    }
    if (missing != NULL) {
        bytes_append_text(why, "a row is missing");
        show_wanted(missing, why);
    }
    show(rows, why);
    return false;
}

static bool is_first(const struct document_node *wanted, const struct weir_rows *rows,
                     struct bytes *why)
{
    if (rows->count > 0 && is_row(wanted, rows, 0)) {
        return true;
    }
    bytes_append_text(why, rows->count == 0 ? "expected a first row, the batch has no rows"
                                            : "the first row is not as expected");
    show_wanted(wanted, why);
    show(rows, why);
    return false;
}

static void write_expected(const struct test_expectation *expectation, struct bytes *why)
{
    const struct document_node *list =
        expectation->rows != NULL ? expectation->rows : expectation->set;

    if (list != NULL || expectation->count >= 0) {
        int64_t count = list != NULL ? list->children_count : expectation->count;
        bytes_printf(why, "expected %" PRId64 " row%s", count, count == 1 ? "" : "s");
    } else {
        bytes_append_text(why, "expected a first row");
    }
}

bool test_rows_are(const struct test_expectation *expectation, const struct weir_rows *rows,
                   struct bytes *why)
{
    if (expectation->is_none) {
        if (rows != NULL) {
            bytes_printf(why, "expected no output in this batch, got %" PRIu64 " rows",
                         rows->count);
            show(rows, why);
        }
        return rows == NULL;
    }
    if (rows == NULL) {
        write_expected(expectation, why);
        bytes_append_text(why, ", operator produced no output in this batch");
        return false;
    }
    return (expectation->count < 0 || is_count(expectation->count, rows, why)) &&
           (expectation->rows == NULL || are_in_order(expectation->rows, rows, why)) &&
           (expectation->set == NULL || are_as_set(expectation->set, rows, why)) &&
           (expectation->first == NULL || is_first(expectation->first, rows, why));
}
