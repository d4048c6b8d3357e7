/*
 * byte_class - which bytes belong to words: 64 bytes of text to a mask of 64 bits.
 */
#include "exec/byte_class.h"

#include <string.h>

#include "base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void masks_portable(const struct byte_class *class, const uint8_t *text,
                           uint32_t blocks_count, uint64_t *out)
{
    for (uint32_t block = 0; block < blocks_count; block++, text += 64) {
        uint64_t mask = 0;
        for (uint32_t i = 0; i < 64; i++) {
            mask |= (uint64_t) class->has[text[i]] << i;
        }
        out[block] = mask;
    }
}

/* Eight bytes at a time: the top bit of each tells whether it is above ' '. */
static void masks_above_space_portable(const struct byte_class *class, const uint8_t *text,
                                       uint32_t blocks_count, uint64_t *out)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);

    (void)class;
    for (uint32_t block = 0; block < blocks_count; block++, text += 64) {
        uint64_t mask = 0;
        for (uint32_t i = 0; i < 8; i++) {
            uint64_t eight;
            memcpy(&eight, text + 8 * i, sizeof(eight));
            eight = (((eight & (0x7f * ones)) + 0x5f * ones) | eight) & (0x80 * ones);
            /* Brings the eight top bits together in the highest byte. */
            mask |= (((eight >> 7) * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
        }
        out[block] = mask;
    }
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

AVX2 static inline __m256i load(const uint8_t *text)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

AVX2 static inline uint64_t mask_of(__m256i low_half, __m256i high_half)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(low_half) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high_half) << 32;
}

AVX2 static void masks_above_space_avx2(const struct byte_class *class, const uint8_t *text,
                                        uint32_t blocks_count, uint64_t *out)
{
    const __m256i space = _mm256_set1_epi8(' ');

    (void)class;
    for (uint32_t block = 0; block < blocks_count; block++, text += 64) {
        __m256i first = load(text);
        __m256i second = load(text + 32);
        first = _mm256_cmpeq_epi8(_mm256_max_epu8(first, space), space);
        second = _mm256_cmpeq_epi8(_mm256_max_epu8(second, space), space);
        out[block] = ~mask_of(first, second);
    }
}

/* All ones in each byte that is in the class. */
AVX2 static inline __m256i classify(__m256i bytes, __m256i rows_low, __m256i rows_high)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i bits = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128));
    __m256i low = _mm256_and_si256(bytes, nibble);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    /* The byte's own top bit chooses between the rows for high nibbles 0-7 and 8-15. */
    __m256i row = _mm256_blendv_epi8(_mm256_shuffle_epi8(rows_low, low),
                                     _mm256_shuffle_epi8(rows_high, low), bytes);
    __m256i bit = _mm256_shuffle_epi8(bits, high);

    return _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
}

AVX2 static void masks_avx2(const struct byte_class *class, const uint8_t *text,
                            uint32_t blocks_count, uint64_t *out)
{
    const __m256i rows_low =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)class->rows[0]));
    const __m256i rows_high =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)class->rows[1]));

    for (uint32_t block = 0; block < blocks_count; block++, text += 64) {
        out[block] = mask_of(classify(load(text), rows_low, rows_high),
                             classify(load(text + 32), rows_low, rows_high));
    }
}
#endif

/* Fills in what follows from has[]. */
static void class_finish(struct byte_class *class)
{
    class->is_above_space = true;
    class->is_uniform_above = true;
    memset(class->rows, 0, sizeof(class->rows));
    for (uint32_t byte = 0; byte < 256; byte++) {
        class->is_above_space &= class->has[byte] == (byte > ' ');
        class->is_uniform_above &= byte < 0x80 || class->has[byte] == class->has[0x80];
        if (class->has[byte]) {
            class->rows[byte >> 7][byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
        }
    }
    class->masks = class->is_above_space ? masks_above_space_portable : masks_portable;
#if defined(__x86_64__)
    if (cpu_has_avx2()) {
        class->masks = class->is_above_space ? masks_above_space_avx2 : masks_avx2;
    }
#endif
}

void byte_class_init_words(struct byte_class *class)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        class->has[byte] = byte > ' ';
    }
    class_finish(class);
}

static void add_range(bool *set, uint32_t first, uint32_t last)
{
    for (uint32_t byte = first; byte <= last; byte++) {
        set[byte] = true;
    }
}

enum escape { ESCAPE_LITERAL, ESCAPE_SET, ESCAPE_UNKNOWN };

/* Takes what stands behind a backslash: adds a set (\s \d \w), or sets *literal. Other letters and
 * digits mean something else in most dialects, and are refused. */
static enum escape read_escaped(bool *set, char escaped, uint8_t *literal)
{
    switch (escaped) {
    case 's':
        add_range(set, '\t', '\r');
        set[' '] = true;
        return ESCAPE_SET;
    case 'd':
        add_range(set, '0', '9');
        return ESCAPE_SET;
    case 'w':
        add_range(set, '0', '9');
        add_range(set, 'A', 'Z');
        add_range(set, 'a', 'z');
        set['_'] = true;
        return ESCAPE_SET;
    case 't':
        *literal = '\t';
        return ESCAPE_LITERAL;
    case 'n':
        *literal = '\n';
        return ESCAPE_LITERAL;
    case 'r':
        *literal = '\r';
        return ESCAPE_LITERAL;
    default:
        *literal = (uint8_t)escaped;
        return (escaped >= '0' && escaped <= '9') || (escaped >= 'A' && escaped <= 'Z') ||
                       (escaped >= 'a' && escaped <= 'z')
                   ? ESCAPE_UNKNOWN
                   : ESCAPE_LITERAL;
    }
}

/* The end of a range, behind its '-'. False: there is none. */
static bool read_range_end(const char **at, const char *end, uint8_t *last)
{
    bool unused[256];

    *last = (uint8_t) * (*at)++;
    if (*last == '\\') {
        return *at < end && read_escaped(unused, *(*at)++, last) == ESCAPE_LITERAL;
    }
    return *last != '[' && *last != ']';
}

/* Reads the inside of the brackets. False: it is not one that we understand. */
static bool read_set(bool *set, const char *at, const char *end)
{
    while (at < end) {
        uint8_t first = (uint8_t)*at++;
        uint8_t last;

        if (first == '[' || first == ']') {
            return false; /* a set in a set, or the end of this one */
        }
        if (first == '\\') {
            if (at == end) {
                return false;
            }
            enum escape escape = read_escaped(set, *at++, &first);
            if (escape == ESCAPE_SET) {
                continue;
            }
            if (escape == ESCAPE_UNKNOWN) {
                return false;
            }
        }
        last = first;
        if (end - at >= 2 && at[0] == '-') {
            at++;
            if (!read_range_end(&at, end, &last)) {
                return false;
            }
        }
        if (last < first) {
            return false;
        }
        add_range(set, first, last);
    }
    return true;
}

weir_status byte_class_init_pattern(struct byte_class *class, const char *pattern, uint32_t size,
                                    bool is_folded, weir_error *error)
{
    bool separators[256] = {false};
    bool is_negated = size > 1 && pattern[1] == '^';
    const char *inside = pattern + (is_negated ? 2 : 1);

    if (size < 4 || pattern[0] != '[' || pattern[size - 2] != ']' || pattern[size - 1] != '+' ||
        inside >= pattern + size - 2 || !read_set(separators, inside, pattern + size - 2)) {
        return error_set(error, WEIR_E_CONFIG,
                         "pattern \"%.*s\" is no character class such as \"[^a-z0-9']+\"",
                         (int)size, pattern);
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t folded = is_folded && byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
        class->has[byte] = separators[folded] == is_negated;
    }
    class_finish(class);
    return WEIR_OK;
}
