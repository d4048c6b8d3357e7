/*
 * folders - two folders of a test's own, and files for them. What fails, fails the test.
 */
#ifndef FOLDERS_H
#define FOLDERS_H

#include <stdint.h>

#include "test_host.h"

#define MS 1000000 /* in nanoseconds */

/* A test that has both, fresh: IN_FOLDERS(test). */
#define IN_FOLDERS(test) cmocka_unit_test_setup_teardown(test, make_folders, remove_folders)

extern char folder[64];  /* the receiver's */
extern char outside[64]; /* where files are made that are moved in */

int make_folders(void **state);
int remove_folders(void **state);

/* Valid for the next three calls. */
const char *path_in(const char *where, const char *name);

/* With fopen's mode. */
void write_at(const char *path, const char *mode, const char *text);
void write_in(const char *name, const char *text);

/* Moves a whole file in, as writers should. */
void move_in(const char *name, const char *text);

void set_modified_ms(const char *name, int64_t ms);

#endif
