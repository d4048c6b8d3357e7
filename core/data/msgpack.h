/*
 * msgpack - values as MessagePack: the one serial form of weir (log, checkpoint, spill, processes).
 *
 * Format:   null nil, bool, int in the shortest int or uint form, float as float 64, bytes as str
 *           when they carry the text mark and bin otherwise, list as array, map as map, tuple as
 *           ext type 1 whose payload is the items one after the other.
 * Reading trusts nothing: sizes are checked against what is left, nesting against
 * VALUE_NESTING_MAX, str against UTF-8.
 */
#ifndef WEIR_DATA_MSGPACK_H
#define WEIR_DATA_MSGPACK_H

#include <weir/value.h>

#include "base/arena.h"
#include "base/bytes.h"

/* What could not be read back (lists nested deeper than VALUE_NESTING_MAX, a tuple of 4 GiB) is
 * refused as want of memory is: the run is marked failed. */
void msgpack_write(struct bytes *out, struct weir_value value);

/* Reads one value from the front of data; *used tells how many bytes it took. Long bytes are
 * borrowed from `data`; items are in `arena`. */
CHECKED weir_status msgpack_read(const void *data, size_t size, struct arena *arena,
                                 struct weir_value *out, size_t *used, weir_error *error);

#endif
