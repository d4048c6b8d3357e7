/*
 * kernel_split - "split": texts to words.
 *
 * Lines that lie one behind the other in their block are taken as one stretch of text. A stretch is
 * turned into masks of word bytes, the masks into edges (where a mask bit differs from the one
 * before it), and pairs of edges into 16-byte values, all while it is in the first-level cache.
 */
#include <string.h>

#include "base/mem.h"
#include "data/block.h"
#include "exec/byte_class.h"
#include "exec/kernel.h"
#include "exec/task.h"

#define STRETCH_BYTES 4096u
#define BLOCKS_MAX    (STRETCH_BYTES / 64)
#define EDGES_MAX     (STRETCH_BYTES + 16) /* a byte's positions are written eight at a time */

struct split_argument {
    struct byte_class class;
    bool is_lower;
};

struct split_kernel {
    struct split_argument argument;
    struct task *task;
    struct weir_value *words; /* the chunk being filled */
    uint32_t words_count;
    struct arena arena; /* long words that are lower-cased */
    uint8_t *lowered;   /* the stretch or line in lower case, padded */
    size_t lowered_capacity;
    uint64_t masks[BLOCKS_MAX];
    uint16_t edges[EDGES_MAX];
};

/* A map's member by name; null when it is not there. */
static struct weir_value member(struct weir_value map, const char *name)
{
    struct weir_value wanted = weir_text(name);

    for (uint32_t i = 0; weir_kind_of(map) == WEIR_MAP && i < weir_size_of(map); i++) {
        const struct weir_value *key = &map.items[2 * i];
        if (weir_kind_of(*key) == WEIR_BYTES && weir_size_of(*key) == weir_size_of(wanted) &&
            memcmp(weir_bytes_of(key), name, weir_size_of(wanted)) == 0) {
            return map.items[2 * i + 1];
        }
    }
    return weir_null();
}

static weir_status argument_read(struct weir_value argument, struct split_argument *out,
                                 weir_error *error)
{
    struct weir_value pattern = member(argument, "pattern");
    struct weir_value lower = member(argument, "lower");

    if (!weir_is_null(argument) && weir_kind_of(argument) != WEIR_MAP) {
        return error_set(error, WEIR_E_CONFIG, "split takes {\"pattern\": ..., \"lower\": ...}");
    }
    if (!weir_is_null(lower) && weir_kind_of(lower) != WEIR_BOOL) {
        return error_set(error, WEIR_E_CONFIG, "\"lower\" must be true or false");
    }
    out->is_lower = weir_int_of(lower) != 0;
    if (weir_is_null(pattern)) {
        byte_class_init_words(&out->class);
        return WEIR_OK;
    }
    if (weir_kind_of(pattern) != WEIR_BYTES) {
        return error_set(error, WEIR_E_CONFIG, "\"pattern\" must be a text");
    }
    return byte_class_init_pattern(&out->class, weir_bytes_of(&pattern), weir_size_of(pattern),
                                   out->is_lower, error);
}

weir_status split_check_argument(struct weir_value argument, weir_error *error)
{
    static const char *const known[] = {"pattern", "lower"};
    struct split_argument read;
    uint32_t members = 0;

    for (uint32_t i = 0; i < 2; i++) {
        members += !weir_is_null(member(argument, known[i]));
    }
    if (weir_kind_of(argument) == WEIR_MAP && members != weir_size_of(argument)) {
        return error_set(error, WEIR_E_CONFIG, "split knows \"pattern\" and \"lower\" only");
    }
    return argument_read(argument, &read, error);
}

static uint8_t lower_byte(uint8_t byte)
{
    return (uint8_t)(byte + (((uint8_t)(byte - 'A') < 26) << 5));
}

/* The row form, which the kernel must agree with. */
void split_row(const struct weir_row *row, struct weir_emitter *out, struct weir_value argument)
{
    struct split_argument how;
    weir_error error = {.struct_size = sizeof(error)};

    if (argument_read(argument, &how, &error) != WEIR_OK) {
        weir_emit_error(out, error.msg);
        return;
    }
    if (weir_kind_of(row->value) != WEIR_BYTES) {
        weir_emit_error(out, "split takes texts only");
        return;
    }
    const uint8_t *text = (const uint8_t *)weir_bytes_of(&row->value);
    uint32_t size = weir_size_of(row->value);
    bool is_text = weir_is_text(row->value) && how.class.is_uniform_above;

    for (uint32_t start = 0; start < size;) {
        uint32_t end = start;
        while (end < size && how.class.has[text[end]]) {
            end++;
        }
        if (end > start) {
            uint8_t *word = weir_emitter_memory(out, end - start);
            if (word == NULL) {
                return;
            }
            for (uint32_t i = start; i < end; i++) {
                word[i - start] = how.is_lower ? lower_byte(text[i]) : text[i];
            }
            struct weir_value value = weir_bytes(word, end - start);
            value.head |= is_text ? WEIR_HEAD_TEXT : 0;
            weir_emit(out, value);
        }
        start = end + 1;
    }
}

static weir_status split_open(struct task *task, struct weir_value argument, void **state,
                              weir_error *error)
{
    struct split_kernel *split = arena_zalloc(&task->arena, sizeof(*split));

    if (split == NULL) {
        return error_set(error, WEIR_E_NOMEM, "split: no memory");
    }
    split->task = task;
    arena_init(&split->arena);
    split->words = arena_alloc(&task->arena, task->chunk_rows * sizeof(*split->words));
    if (split->words == NULL) {
        return error_set(error, WEIR_E_NOMEM, "split: no memory");
    }
    WEIR_TRY(argument_read(argument, &split->argument, error));
    *state = split;
    return WEIR_OK;
}

static void split_close(void *state)
{
    struct split_kernel *split = state;

    arena_fini(&split->arena);
    mem_free(split->lowered);
}

static weir_status words_push(struct split_kernel *split, struct op *next, weir_error *error)
{
    struct chunk chunk = {.rows_count = split->words_count, .columns_count = 1};

    chunk.columns[CHUNK_VALUE] = (struct column){.kind = COLUMN_BYTES, .values = split->words};
    split->words_count = 0;
    WEIR_TRY(op_push(next, &chunk, error));
    if (split->arena.slabs != NULL) {
        arena_reset(&split->arena);
    }
    return WEIR_OK;
}

/* Positions of the bits that are set in a byte. */

static uint16_t positions[256][8];
static uint8_t positions_count[256];

__attribute__((constructor)) static void positions_init(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (uint16_t bit = 0; bit < 8; bit++) {
            if ((byte >> bit & 1u) != 0) {
                positions[byte][positions_count[byte]++] = bit;
            }
        }
    }
}

/* Appends the positions of a mask's bits, eight candidates a byte whether or not there are as many:
 * a loop over the bits would mispredict its end once a word. */
static inline uint16_t *edges_write(uint16_t *edges, uint64_t mask, uint32_t base)
{
    uint64_t bases = base * UINT64_C(0x0001000100010001);

    for (uint32_t i = 0; i < 8; i++, mask >>= 8, bases += UINT64_C(0x0008000800080008)) {
        uint32_t byte = mask & 255u;
        uint64_t four[2];

        memcpy(four, positions[byte], sizeof(four));
        four[0] += bases;
        four[1] += bases;
        memcpy(edges, four, sizeof(four));
        edges += positions_count[byte];
    }
    return edges;
}

/* The edges of words in text[0, size), size <= STRETCH_BYTES. *is_inside: a word is open before,
 * and after. Reads no byte behind the end. */
static uint32_t edges_find(struct split_kernel *split, const uint8_t *text, uint32_t size,
                           bool *is_inside)
{
    const struct byte_class *class = &split->argument.class;
    uint32_t whole_count = size / 64;
    uint32_t rest = size % 64;
    uint16_t *end = split->edges;
    uint64_t before = *is_inside ? 1 : 0;

    class->masks(class, text, whole_count, split->masks);
    if (rest > 0) {
        uint8_t padded[64] = {0};
        memcpy(padded, text + whole_count * 64, rest);
        class->masks(class, padded, 1, &split->masks[whole_count]);
    }
    for (uint32_t i = 0; i < whole_count; i++) {
        uint64_t words = split->masks[i];
        end = edges_write(end, words ^ (words << 1 | before), i * 64);
        before = words >> 63;
    }
    if (rest > 0) {
        uint64_t inside = (UINT64_C(1) << rest) - 1;
        uint64_t words = split->masks[whole_count];
        end = edges_write(end, (words ^ (words << 1 | before)) & inside, whole_count * 64);
        before = words >> (rest - 1) & 1;
    }
    *is_inside = before != 0;
    return (uint32_t)(end - split->edges);
}

/* Words that are long, or so near the end of readable memory that 16 bytes may not be there. */
static weir_status word_add_slow(struct split_kernel *split, const uint8_t *word, uint32_t size,
                                 uint32_t mark, weir_error *error)
{
    const uint8_t *kept = word;

    if (size > WEIR_SHORT_MAX && split->argument.is_lower) {
        /* The lower-case text is overwritten by the next stretch. */
        uint8_t *copy = arena_alloc(&split->arena, (size_t)size + BLOCK_PADDING);
        if (copy == NULL) {
            return error_set(error, WEIR_E_NOMEM, "split: no memory for a word of %u bytes", size);
        }
        memcpy(copy, word, size);
        kept = copy;
    }
    split->words[split->words_count] = weir_bytes(kept, size);
    split->words[split->words_count++].head |= mark;
    return WEIR_OK;
}

/* By size, which bits of the value's two words are the bytes inside. */
static const uint64_t first_masks[WEIR_SHORT_MAX + 1] = {
    0,
    UINT64_C(0x000000ff00000000),
    UINT64_C(0x0000ffff00000000),
    UINT64_C(0x00ffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
    UINT64_C(0xffffffff00000000),
};
static const uint64_t second_masks[WEIR_SHORT_MAX + 1] = {
    0,
    0,
    0,
    0,
    0,
    UINT64_C(0x00000000000000ff),
    UINT64_C(0x000000000000ffff),
    UINT64_C(0x0000000000ffffff),
    UINT64_C(0x00000000ffffffff),
    UINT64_C(0x000000ffffffffff),
    UINT64_C(0x0000ffffffffffff),
    UINT64_C(0x00ffffffffffffff),
    UINT64_C(0xffffffffffffffff),
};

/* Sixteen bytes at word are readable, and size fits inside a value. */
static inline void word_write(struct weir_value *out, const uint8_t *word, uint32_t size,
                              uint32_t mark)
{
    uint32_t start;
    uint64_t words[2];

    memcpy(&start, word, sizeof(start));
    memcpy(&words[1], word + sizeof(start), sizeof(words[1]));
    words[0] = ((uint64_t)start << 32 & first_masks[size]) | size << 4 | WEIR_BYTES | mark;
    words[1] &= second_masks[size];
    memcpy(out, words, sizeof(words));
}

/* Turns pairs of edges into words; `text` is where the edges count from, `open` where the word
 * began that was open before (when the first edge is an end). */
static weir_status words_add(struct split_kernel *split, const uint8_t *text,
                             const uint8_t *readable_end, const uint8_t *open,
                             const uint16_t *edges, uint32_t edges_count, uint32_t mark,
                             struct op *next, weir_error *error)
{
    uint32_t i = 0;

    while (i + (open != NULL ? 1 : 2) <= edges_count) {
        const uint8_t *word = open != NULL ? open : text + edges[i++];
        uint32_t size = (uint32_t)(text + edges[i++] - word);

        open = NULL;
        if (__builtin_expect(split->words_count == split->task->chunk_rows, 0)) {
            WEIR_TRY(words_push(split, next, error));
        }
        if (__builtin_expect(size <= WEIR_SHORT_MAX && readable_end - word >= 16, 1)) {
            word_write(&split->words[split->words_count++], word, size, mark);
        } else {
            WEIR_TRY(word_add_slow(split, word, size, mark, error));
        }
    }
    return WEIR_OK;
}

/* All words of one run of text; a word never goes over its end. */
static weir_status run_split(struct split_kernel *split, const uint8_t *text, size_t size,
                             const uint8_t *readable_end, uint32_t mark, struct op *next,
                             weir_error *error)
{
    const uint8_t *open = NULL; /* where the word began that is not closed yet */
    bool is_inside = false;

    for (size_t done = 0; done < size;) {
        uint32_t step = size - done < STRETCH_BYTES ? (uint32_t)(size - done) : STRETCH_BYTES;
        uint32_t count = edges_find(split, text + done, step, &is_inside);

        WEIR_TRY(words_add(split, text + done, readable_end, open, split->edges, count, mark, next,
                           error));
        if (is_inside && (count > 0 || open == NULL)) {
            open = text + done + (count > 0 ? split->edges[count - 1] : 0);
        } else if (!is_inside) {
            open = NULL;
        }
        done += step;
    }
    if (open != NULL) {
        if (split->words_count == split->task->chunk_rows) {
            WEIR_TRY(words_push(split, next, error));
        }
        WEIR_TRY(word_add_slow(split, open, (uint32_t)(text + size - open), mark, error));
    }
    return WEIR_OK;
}

/* The run in lower case, with readable bytes behind it; NULL: no memory. */
static const uint8_t *run_lower(struct split_kernel *split, const uint8_t *text, size_t size)
{
    if (size + BLOCK_PADDING > split->lowered_capacity) {
        size_t capacity = size * 2 + STRETCH_BYTES + BLOCK_PADDING;
        uint8_t *lowered = mem_realloc(split->lowered, capacity);
        if (lowered == NULL) {
            return NULL;
        }
        split->lowered = lowered;
        split->lowered_capacity = capacity;
    }
    for (size_t i = 0; i < size; i++) {
        split->lowered[i] = lower_byte(text[i]);
    }
    memset(split->lowered + size, 0, BLOCK_PADDING);
    return split->lowered;
}

/* How many rows from the ith on lie one behind the other in memory, with nothing but one or two
 * separators between them, up to a stretch; *size: of the text they make together. */
static uint32_t run_length(const struct split_kernel *split, const struct chunk *chunk, uint32_t i,
                           uint32_t *size)
{
    const struct weir_value *values = chunk->columns[CHUNK_VALUE].values;
    const bool *is_word = split->argument.class.has;
    const struct weir_value *first = &values[chunk_row(chunk, i)];
    uint32_t count = 1;

    *size = weir_size_of(*first);
    if (*size <= WEIR_SHORT_MAX) {
        return 1; /* its bytes are inside the value */
    }
    for (; i + count < chunk->rows_count; count++) {
        const struct weir_value *following = &values[chunk_row(chunk, i + count)];
        uint32_t following_size = weir_size_of(*following);
        const uint8_t *end = (const uint8_t *)first->bytes + *size;
        uintptr_t gap;

        if (following_size <= WEIR_SHORT_MAX || ((following->head ^ first->head) & 15u) != 0) {
            break;
        }
        gap = (uintptr_t)following->bytes - (uintptr_t)end;
        if (gap < 1 || gap > 2 || *size + gap + following_size > STRETCH_BYTES) {
            break;
        }
        if (is_word[end[0]] || is_word[end[gap - 1]]) {
            break;
        }
        *size += (uint32_t)gap + following_size;
    }
    return count;
}

static weir_status split_push(void *state, const struct chunk *chunk, struct op *next,
                              weir_error *error)
{
    struct split_kernel *split = state;
    const struct column *column = &chunk->columns[chunk->columns_count - 1];
    struct chunk texts = *chunk;

    if (column->kind == COLUMN_INT || column->kind == COLUMN_FLOAT) {
        return error_set(error, WEIR_E_INVAL, "split takes texts only, and was given a %s",
                         column->kind == COLUMN_INT ? "number" : "float");
    }
    texts.columns[CHUNK_VALUE] = *column;
    for (uint32_t i = 0; i < chunk->rows_count;) {
        const struct weir_value *value = &column->values[chunk_row(chunk, i)];
        if ((value->head & 7u) != WEIR_BYTES) {
            return error_set(error, WEIR_E_INVAL, "split takes texts only");
        }
        uint32_t size;
        uint32_t count = run_length(split, &texts, i, &size);
        const uint8_t *text = (const uint8_t *)weir_bytes_of(value);
        const uint8_t *readable_end = text + size;
        uint32_t mark = split->argument.class.is_uniform_above ? value->head & WEIR_HEAD_TEXT : 0;

        if (split->argument.is_lower) {
            text = run_lower(split, text, size);
            if (text == NULL) {
                return error_set(error, WEIR_E_NOMEM, "split: no memory for %u bytes", size);
            }
            readable_end = text + size + BLOCK_PADDING;
        }
        WEIR_TRY(run_split(split, text, size, readable_end, mark, next, error));
        i += count;
    }
    /* Words may point into the chunk, which goes when this returns. */
    return words_push(split, next, error);
}

const struct kernel_class kernel_split = {
    .open = split_open,
    .push = split_push,
    .close = split_close,
};
