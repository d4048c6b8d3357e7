/* plain_word_edges - see plain_word_edges.h. */
#include "plain_word_edges.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "masks count bytes from the low end");

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Row b: the positions of the bits that are set in b, lowest first. */
#define BIT(b, i) (((b) >> (i)) & 1)
#define BELOW(b, i)                                                          \
    (BIT(b, 0) * ((i) > 0) + BIT(b, 1) * ((i) > 1) + BIT(b, 2) * ((i) > 2) + \
     BIT(b, 3) * ((i) > 3) + BIT(b, 4) * ((i) > 4) + BIT(b, 5) * ((i) > 5) + \
     BIT(b, 6) * ((i) > 6))
#define IS_NTH(b, i, n) ((i) * (BIT(b, i) && BELOW(b, i) == (n)))
#define NTH(b, n)                                                                              \
    (IS_NTH(b, 1, n) + IS_NTH(b, 2, n) + IS_NTH(b, 3, n) + IS_NTH(b, 4, n) + IS_NTH(b, 5, n) + \
     IS_NTH(b, 6, n) + IS_NTH(b, 7, n))
#define ROW(b)                                                                                 \
    {                                                                                          \
        NTH(b, 0), NTH(b, 1), NTH(b, 2), NTH(b, 3), NTH(b, 4), NTH(b, 5), NTH(b, 6), NTH(b, 7) \
    }
#define ROWS_4(b)  ROW(b), ROW((b) + 1), ROW((b) + 2), ROW((b) + 3)
#define ROWS_16(b) ROWS_4(b), ROWS_4((b) + 4), ROWS_4((b) + 8), ROWS_4((b) + 12)
#define ROWS_64(b) ROWS_16(b), ROWS_16((b) + 16), ROWS_16((b) + 32), ROWS_16((b) + 48)

static const uint16_t positions[256][8] = {ROWS_64(0), ROWS_64(64), ROWS_64(128), ROWS_64(192)};

/* Eight positions are written for each byte of the mask, and the next byte's over those that were
 * too many. Two 64-bit additions do for eight positions, none of which can carry into the next. */
ALWAYS_INLINE uint16_t *edges_write_eight(uint16_t *edges, uint64_t mask, uint32_t at)
{
    uint64_t base = at * UINT64_C(0x0001000100010001);
    uint64_t found[2];

    memcpy(found, positions[mask & 0xff], sizeof(found));
    found[0] += base;
    found[1] += base;
    memcpy(edges, found, sizeof(found));
    return edges + __builtin_popcount((uint32_t)mask & 0xff);
}

/* Written out, as compilers do not unroll at -O2. */
ALWAYS_INLINE uint16_t *edges_write(uint16_t *edges, uint64_t mask, uint32_t at)
{
    edges = edges_write_eight(edges, mask, at);
    edges = edges_write_eight(edges, mask >> 8, at + 8);
    edges = edges_write_eight(edges, mask >> 16, at + 16);
    edges = edges_write_eight(edges, mask >> 24, at + 24);
    edges = edges_write_eight(edges, mask >> 32, at + 32);
    edges = edges_write_eight(edges, mask >> 40, at + 40);
    edges = edges_write_eight(edges, mask >> 48, at + 48);
    return edges_write_eight(edges, mask >> 56, at + 56);
}

typedef uint64_t words_mask(const uint8_t *text);

ALWAYS_INLINE uint32_t edges_find(const uint8_t *text, uint32_t blocks_count, uint16_t *edges,
                                  words_mask *mask)
{
    uint16_t *end = edges;
    uint64_t before = 0;

    for (uint32_t at = 0; at < blocks_count * PLAIN_WORD_BLOCK_BYTES;
         at += PLAIN_WORD_BLOCK_BYTES) {
        uint64_t words = mask(text + at);

        end = edges_write(end, words ^ (words << 1 | before), at);
        before = words >> 63;
    }
    return (uint32_t)(end - edges);
}

ALWAYS_INLINE uint64_t mask_portable(const uint8_t *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t mask = 0;

    for (uint32_t i = 0; i < 8; i++) {
        uint64_t eight;

        memcpy(&eight, text + 8 * i, 8);
        /* The top bit of each byte says: above 0x20. Then the eight bits move together. */
        eight = (((eight & (0x7f * ones)) + 0x5f * ones) | eight) & (0x80 * ones);
        mask |= (((eight >> 7) * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
    }
    return mask;
}

uint32_t plain_word_edges_find_portable(const uint8_t *text, uint32_t blocks_count, uint16_t *edges)
{
    return edges_find(text, blocks_count, edges, mask_portable);
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) ALWAYS_INLINE uint64_t mask_avx2(const uint8_t *text)
{
    const __m256i space = _mm256_set1_epi8(' ');
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));

    low = _mm256_cmpeq_epi8(_mm256_max_epu8(low, space), space);
    high = _mm256_cmpeq_epi8(_mm256_max_epu8(high, space), space);
    return ~((uint64_t)(uint32_t)_mm256_movemask_epi8(low) |
             (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32);
}

__attribute__((target("avx2,popcnt"))) static uint32_t find_avx2(const uint8_t *text,
                                                                 uint32_t blocks_count,
                                                                 uint16_t *edges)
{
    return edges_find(text, blocks_count, edges, mask_avx2);
}
#elif defined(__aarch64__)
ALWAYS_INLINE uint64_t mask_neon(const uint8_t *text)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bit = vld1q_u8(bits);
    const uint8x16_t space = vdupq_n_u8(' ');
    uint8x16_t a = vandq_u8(vcgtq_u8(vld1q_u8(text), space), bit);
    uint8x16_t b = vandq_u8(vcgtq_u8(vld1q_u8(text + 16), space), bit);
    uint8x16_t c = vandq_u8(vcgtq_u8(vld1q_u8(text + 32), space), bit);
    uint8x16_t d = vandq_u8(vcgtq_u8(vld1q_u8(text + 48), space), bit);
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));

    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static uint32_t find_neon(const uint8_t *text, uint32_t blocks_count, uint16_t *edges)
{
    return edges_find(text, blocks_count, edges, mask_neon);
}
#endif

plain_word_edges_find *plain_word_edges_choose(const char **name)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) {
        *name = "avx2";
        return find_avx2;
    }
#elif defined(__aarch64__)
    *name = "neon";
    return find_neon;
#endif
    *name = "portable";
    return plain_word_edges_find_portable;
}
