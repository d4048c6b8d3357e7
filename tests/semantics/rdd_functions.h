/*
 * rdd_functions - the functions that Spark's cases of RDDs describe, in C.
 */
#ifndef WEIR_TESTS_RDD_FUNCTIONS_H
#define WEIR_TESTS_RDD_FUNCTIONS_H

#include <weir/weir.h>

/* Rows as decimal text; of those from 3 on only. */
struct weir_function rdd_to_text(void);
struct weir_function rdd_to_text_from_three(void);

/* Keeps rows above the argument; at least the argument. */
struct weir_function rdd_is_above(void);
struct weir_function rdd_is_at_least(void);

/* (number, sum) of each partition. */
struct weir_function rdd_partition_sum(void);

/* The field (argument: its number, and whether it counts as an int) of "a|b|c". */
struct weir_function rdd_field(void);

/* Partition = key. */
struct weir_function rdd_key_is_partition(void);

/* Maps of counts: a pair's value added to its key's; two maps added. */
struct weir_function rdd_add_to_map(void);
struct weir_function rdd_add_maps(void);

#endif
