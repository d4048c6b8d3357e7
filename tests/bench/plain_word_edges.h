/*
 * plain_word_edges - finds where words begin and end.
 *
 * 64 bytes at a time become a mask of the bytes that belong to words (those above ' '); a bit that
 * differs from the one before it is an edge; a table turns each byte of the edge mask into eight
 * positions, of which as many count as the byte has bits.
 *
 * Threads:  any, after plain_word_edges_choose has returned once.
 * Memory:   none of its own but a constant table.
 */
#ifndef WEIR_TESTS_BENCH_PLAIN_WORD_EDGES_H
#define WEIR_TESTS_BENCH_PLAIN_WORD_EDGES_H

#include <stdint.h>

#define PLAIN_WORD_BLOCK_BYTES 64u

/* What one call looks at: positions fit 16 bits, and it all stays in L1. */
#define PLAIN_WORD_STRETCH_BYTES 4096u

/* Every byte an edge, and room for one write past the end. */
#define PLAIN_WORD_EDGES_MAX (PLAIN_WORD_STRETCH_BYTES + 8u)

/* Writes the edges of the first `blocks_count` blocks of text: begin, end, begin, end ... The text
 * starts outside of words. Returns how many: if odd, a word reaches over the end. */
typedef uint32_t plain_word_edges_find(const uint8_t *text, uint32_t blocks_count, uint16_t *edges);

/* The fastest that this CPU can run, and its name. All find the same. */
plain_word_edges_find *plain_word_edges_choose(const char **name);

/* The one that runs everywhere. */
uint32_t plain_word_edges_find_portable(const uint8_t *text, uint32_t blocks_count,
                                        uint16_t *edges);

#endif
