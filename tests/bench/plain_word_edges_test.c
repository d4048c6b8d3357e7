/* plain_word_edges_test - both tokenisers find what a loop over the bytes finds, on any bytes. */
#include "plain_word_edges.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS 5000u

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(((random_state >> 32) * bound) >> 32);
}

/* Of five kinds: any bytes, text, many edges, bytes beside the space, bytes above 127. */
static uint8_t byte_draw(uint32_t kind)
{
    switch (kind) {
    case 0:
        return (uint8_t)random_below(256);
    case 1:
        return (uint8_t)(random_below(7) != 0 ? 'a' + random_below(26) : ' ');
    case 2:
        return random_below(2) != 0 ? 'x' : '\n';
    case 3:
        return (uint8_t)(0x1f + random_below(4));
    default:
        return (uint8_t)(random_below(40) != 0 ? 128 + random_below(128) : random_below(64));
    }
}

static uint32_t find_by_bytes(const uint8_t *text, uint32_t blocks_count, uint16_t *edges)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < blocks_count * PLAIN_WORD_BLOCK_BYTES; i++) {
        if ((text[i] > ' ') != ((count & 1) != 0)) {
            edges[count++] = (uint16_t)i;
        }
    }
    return count;
}

int main(void)
{
    static uint8_t text[PLAIN_WORD_STRETCH_BYTES];
    static uint16_t expected[PLAIN_WORD_EDGES_MAX];
    static uint16_t found[PLAIN_WORD_EDGES_MAX];
    const char *name = NULL;
    plain_word_edges_find *finds[] = {plain_word_edges_choose(&name),
                                      plain_word_edges_find_portable};

    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t blocks = random_below(PLAIN_WORD_STRETCH_BYTES / PLAIN_WORD_BLOCK_BYTES + 1);

        for (uint32_t i = 0; i < sizeof(text); i++) {
            text[i] = byte_draw(round % 5);
        }
        uint32_t count = find_by_bytes(text, blocks, expected);
        for (uint32_t i = 0; i < 2; i++) {
            if (finds[i](text, blocks, found) != count ||
                memcmp(found, expected, count * sizeof(*found)) != 0) {
                printf("round %u: %s differs\n", round, i == 0 ? name : "portable");
                return 1;
            }
        }
    }
    printf("%u rounds, %s and portable\n", ROUNDS, name);
    return 0;
}
