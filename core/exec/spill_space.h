/*
 * spill_space - room outside the heap for bytes that are written once and read back: a folder's
 * files, or memory of the kernel's (memfd).
 *
 * Bytes are appended to a file that has no name, so nothing is left behind, however the process
 * ends. A file takes SPILL_FILE_BYTES; what is freed is given back to the file system at once, by
 * whole pages. Each extent has a checksum: damage is told, never read.
 *
 * Life:     spill_space_create, writes, reads and frees in any order, spill_space_destroy. A file
 *           is made when something is written.
 * Threads:  any.
 */
#ifndef WEIR_EXEC_SPILL_SPACE_H
#define WEIR_EXEC_SPILL_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SPILL_FILE_BYTES (UINT64_C(1) << 30)

struct spill_space;
struct spill_file;

struct spill_extent {
    struct spill_file *file; /* NULL: nothing is there */
    uint64_t offset;
    uint64_t checksum;
    size_t size;
};

enum spill_place { SPILL_ON_DISK, SPILL_OFF_HEAP };

/* folder: where the files are, which nobody else can open; NULL: TMPDIR, or /tmp. */
CHECKED weir_status spill_space_create(enum spill_place place, const char *folder,
                                       struct spill_space **out, weir_error *error);

CHECKED weir_status spill_write(struct spill_space *space, const void *data, size_t size,
                                struct spill_extent *out, weir_error *error);

/* Reads into `data`, of extent->size bytes. WEIR_E_INVAL: the bytes are not those written. */
CHECKED weir_status spill_read(struct spill_space *space, const struct spill_extent *extent,
                               void *data, weir_error *error);

/* The same into new memory (mem_free) with BLOCK_PADDING zero bytes behind. */
CHECKED weir_status spill_read_new(struct spill_space *space, const struct spill_extent *extent,
                                   void **out, weir_error *error);

/* Gives the room back; the extent is empty then. An empty one is fine. */
void spill_free(struct spill_space *space, struct spill_extent *extent);

/* Bytes written and not freed. */
uint64_t spill_space_bytes(struct spill_space *space);

/* Bytes ever written. */
uint64_t spill_space_written(struct spill_space *space);

/* The file's descriptor: for tests that damage it. */
int spill_extent_descriptor(const struct spill_extent *extent);

/* NULL is fine. Extents that are left go with it. */
void spill_space_destroy(struct spill_space *space);

#endif
