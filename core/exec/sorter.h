/*
 * sorter - rows put in the order of their first columns (pairs: of their keys), stably: in memory,
 * or over the memory's share in sorted runs on disk, which are merged.
 *
 * Runs follow each other as their rows came, and of equal rows the earlier run's goes first: rows
 * come out as if all had been sorted in memory.
 *
 * Life:     sorter_create, sorter_push ..., sorter_drain once, sorter_destroy always.
 * Threads:  one task's.
 */
#ifndef WEIR_EXEC_SORTER_H
#define WEIR_EXEC_SORTER_H

#include "data/chunk.h"
#include "exec/op.h"

struct sorter;

CHECKED weir_status sorter_create(struct task *task, bool is_descending, struct sorter **out,
                                  weir_error *error);

CHECKED weir_status sorter_push(struct sorter *sorter, const struct chunk *chunk,
                                weir_error *error);

/* All rows in order into `to`. */
CHECKED weir_status sorter_drain(struct sorter *sorter, struct op *to, weir_error *error);

/* NULL is fine. */
void sorter_destroy(struct sorter *sorter);

#endif
