/*
 * case_values - a case's JSON as values, and both as text that can be compared.
 *
 * Lists, tuples and pairs all read "[a, b]", and numbers as they count: that is how far the cases
 * tell one from another.
 */
#ifndef WEIR_TESTS_CASE_VALUES_H
#define WEIR_TESTS_CASE_VALUES_H

#include <cjson/cJSON.h>
#include <weir/weir.h>

/* Borrows the texts; the items of lists are on the heap for good (the runner is short-lived and
 * says so to the leak checker by keeping hold of them). */
struct weir_value case_value(const cJSON *json);

/* True when every record of every batch is a list of two: a stream of pairs. */
bool case_is_pairs(const cJSON *inputs);

/* What of the order counts. */
struct case_order {
    bool is_ordered;          /* of the records */
    bool are_lists_unordered; /* lists inside of them count as bags */
};

/* Records, a line each, sorted unless they are ordered. On the heap. */
char *case_text_of_json(const cJSON *records, struct case_order order);
char *case_text_of_rows(const struct weir_rows *rows, struct case_order order);

/* Lets go of all items of lists. */
void case_values_fini(void);

#endif
