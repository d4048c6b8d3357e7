/*
 * test_split - the kernel of "split" against its row form, on texts that lie in all ways.
 *
 * Texts stand right at the end of memory from malloc, so that ASan sees a byte read too many.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "data/block.h"
#include "exec/emitter.h"
#include "exec/kernel.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

#define LINES_MAX 300u

/* A chunk of lines, and the memory they stand in. */
struct lines {
    struct weir_value values[LINES_MAX];
    uint16_t rows[LINES_MAX];
    uint32_t count;
    char *texts[LINES_MAX]; /* to free */
    uint32_t texts_count;
};

static struct weir_value map_argument(struct weir_value *items, const char *pattern, bool is_lower)
{
    uint32_t count = 0;

    if (pattern != NULL) {
        items[2 * count] = weir_text("pattern");
        items[2 * count++ + 1] = weir_text(pattern);
    }
    items[2 * count] = weir_text("lower");
    items[2 * count++ + 1] = weir_bool(is_lower);
    return weir_map_value(items, count);
}

/* Runs the chunk through the kernel into `out`, exactly. */
static weir_status run_kernel(struct chunk *chunk, struct weir_value argument, uint32_t chunk_rows,
                              struct bytes *out, uint32_t *rows_max)
{
    struct exec_task task;
    void *kernel;

    exec_task_init(&task, chunk_rows);
    struct capture_op *capture = exec_capture(&task.task, out);
    weir_status status = kernel_split.open(&task.task, argument, &kernel, NULL);
    if (status == WEIR_OK) {
        status = kernel_split.push(kernel, chunk, &capture->op, NULL);
        kernel_split.close(kernel);
    }
    *rows_max = capture->rows_max;
    exec_task_fini(&task);
    return status;
}

static weir_status run_rows(const struct chunk *chunk, struct weir_value argument,
                            struct bytes *out)
{
    struct exec_task task;
    struct emitter emitter;
    weir_status status = WEIR_OK;

    exec_task_init(&task, 100);
    struct capture_op *capture = exec_capture(&task.task, out);
    assert_int_equal(emitter_init(&emitter, &task.task, &capture->op, false, NULL), WEIR_OK);
    for (uint32_t i = 0; i < chunk->rows_count && status == WEIR_OK; i++) {
        struct weir_row row = {
            .key = weir_null(),
            .value = column_value(&chunk->columns[chunk->columns_count - 1], chunk_row(chunk, i)),
        };
        split_row(&row, &emitter.out, argument);
        status = emitter_row_done(&emitter, NULL);
    }
    if (status == WEIR_OK) {
        status = emitter_finish(&emitter, NULL);
    }
    emitter_fini(&emitter);
    exec_task_fini(&task);
    return status;
}

static void assert_same(struct chunk *chunk, struct weir_value argument, uint32_t chunk_rows)
{
    struct bytes expected = {0};
    struct bytes actual = {0};
    uint32_t rows_max;

    assert_int_equal(run_rows(chunk, argument, &expected), WEIR_OK);
    assert_int_equal(run_kernel(chunk, argument, chunk_rows, &actual, &rows_max), WEIR_OK);
    assert_in_range(rows_max, 0, chunk_rows);
    if (actual.size != expected.size ||
        (actual.size > 0 && memcmp(actual.data, expected.data, actual.size) != 0)) {
        fail_msg("kernel:\n%.2000s\nrow form:\n%.2000s", actual.data, expected.data);
    }
    bytes_fini(&expected);
    bytes_fini(&actual);
}

static uint32_t random_size(struct random *random)
{
    switch (random_below(random, 8)) {
    case 0:
        return random_below(random, 14); /* most inside the value */
    case 1:
        return 4080 + random_below(random, 40); /* about a stretch */
    case 2:
        return random_below(random, 9000);
    default:
        return random_below(random, 120);
    }
}

/* Text with words of all sizes, some over 12 bytes; no line ends. */
static void fill(struct random *random, char *text, uint32_t size)
{
    static const char letters[] = "abcXYZ09'-,;\t\v\x01 \x7f";
    uint32_t gaps = 1 + random_below(random, 40);

    for (uint32_t i = 0; i < size; i++) {
        uint32_t kind = random_below(random, 4 + gaps);
        text[i] = kind == 0   ? ' '
                  : kind == 1 ? letters[random_below(random, sizeof(letters) - 1)]
                  : kind == 2 ? (char)(0x80 + random_below(random, 128))
                              : (char)('A' + random_below(random, 60));
        if (text[i] == '\n' || text[i] == '\r') {
            text[i] = ' ';
        }
    }
}

/* Lines one behind the other in one piece, which ends with the last of them. */
static void add_piece(struct lines *lines, struct random *random, uint32_t count)
{
    uint32_t sizes[LINES_MAX];
    uint32_t gaps[LINES_MAX];
    size_t size = 0;

    for (uint32_t i = 0; i < count; i++) {
        sizes[i] = random_size(random);
        gaps[i] =
            random_below(random, 12) == 0 ? random_below(random, 5) : 1 + random_below(random, 2);
        size += sizes[i] + (i + 1 < count ? gaps[i] : 0);
    }
    char *text = malloc(size + (size == 0));
    assert_non_null(text);
    lines->texts[lines->texts_count++] = text;
    for (uint32_t i = 0; i < count; i++) {
        bool is_text = random_below(random, 3) != 0;
        fill(random, text, sizes[i]);
        lines->values[lines->count] =
            is_text ? weir_text_bytes(text, sizes[i]) : weir_bytes(text, sizes[i]);
        lines->count++;
        text += sizes[i];
        for (uint32_t gap = 0; i + 1 < count && gap < gaps[i]; gap++) {
            /* Now and then what lies between two lines is no separator. */
            *text++ = random_below(random, 20) == 0 ? 'w' : "\r\n"[gaps[i] == 1 || gap > 0];
        }
    }
}

static void lines_make(struct lines *lines, struct random *random)
{
    uint32_t count = 1 + random_below(random, random_below(random, 4) == 0 ? LINES_MAX - 50 : 20);

    lines->count = 0;
    lines->texts_count = 0;
    while (lines->count < count) {
        uint32_t left = count - lines->count;
        uint32_t piece = 1 + random_below(random, left < 40 ? left : 40);
        add_piece(lines, random, piece);
    }
}

static void lines_free(struct lines *lines)
{
    for (uint32_t i = 0; i < lines->texts_count; i++) {
        free(lines->texts[i]);
    }
}

/* All lines, or a selection of them. */
static struct chunk lines_chunk(struct lines *lines, struct random *random)
{
    struct chunk chunk = {.rows_count = lines->count, .columns_count = 1};
    struct column column = {.kind = random_below(random, 2) ? COLUMN_BYTES : COLUMN_MIXED,
                            .values = lines->values};

    chunk.columns[CHUNK_VALUE] = column;
    if (random_below(random, 3) == 0) {
        uint32_t alive = 0;
        for (uint32_t i = 0; i < lines->count; i++) {
            lines->rows[alive] = (uint16_t)i;
            alive += random_below(random, 4) != 0;
        }
        chunk.rows = lines->rows;
        chunk.rows_count = alive;
    }
    if (random_below(random, 5) == 0) { /* the value of a pair is what is split */
        chunk.columns_count = 2;
        chunk.columns[CHUNK_PAIR_KEY] = column;
        chunk.columns[CHUNK_PAIR_VALUE] = column;
    }
    return chunk;
}

static void the_kernel_gives_what_the_row_form_gives(void **state)
{
    static const char *const patterns[] = {NULL,      "[^a-z0-9']+",      "[ ,\\n\\r]+", "[\\s]+",
                                           "[^\\w]+", "[^A-Z\x80-\xff]+", "[^a-z\xC3]+"};
    static const uint32_t chunk_rows[] = {1, 2, 3, 64, 1000, 2048};
    static struct lines lines;
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 250; round++) {
        struct weir_value items[4];
        const char *pattern = patterns[random_below(&random, 7)];
        struct weir_value argument = map_argument(items, pattern, random_below(&random, 2) == 0);

        lines_make(&lines, &random);
        struct chunk chunk = lines_chunk(&lines, &random);
        assert_same(&chunk, argument, chunk_rows[random_below(&random, 6)]);
        lines_free(&lines);
    }
}

static void a_text_of_each_size_is_split_to_its_very_end(void **state)
{
    (void)state;
    for (uint32_t size = 0; size < 300; size++) {
        for (uint32_t word = 1; word < 16; word += 7) {
            char *text = malloc(size + (size == 0));
            struct weir_value value;
            struct weir_value items[4];
            struct chunk chunk = {.rows_count = 1, .columns_count = 1};

            assert_non_null(text);
            for (uint32_t i = 0; i < size; i++) {
                text[i] = i % (word + 1) == word ? ' ' : 'A';
            }
            value = weir_text_bytes(text, size);
            chunk.columns[CHUNK_VALUE] = (struct column){.kind = COLUMN_BYTES, .values = &value};
            assert_same(&chunk, weir_null(), 64);
            assert_same(&chunk, map_argument(items, NULL, true), 64);
            free(text);
        }
    }
}

/* A word that runs over the borders of stretches, up to several of them. */
static void a_word_may_be_longer_than_a_stretch(void **state)
{
    static const uint32_t sizes[] = {4095, 4096, 4097, 8191, 8192, 8193, 20000};

    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (uint32_t before = 0; before < 3; before++) {
            for (uint32_t after = 0; after < 3; after++) {
                uint32_t size = before + sizes[s] + after;
                char *text = malloc(size);
                struct weir_value items[4];
                struct chunk chunk = {.rows_count = 1, .columns_count = 1};

                assert_non_null(text);
                memset(text, 'W', size);
                memset(text, ' ', before);
                if (after > 0) {
                    text[before + sizes[s]] = ' ';
                }
                struct weir_value value = weir_bytes(text, size);
                chunk.columns[CHUNK_VALUE] =
                    (struct column){.kind = COLUMN_BYTES, .values = &value};
                assert_same(&chunk, weir_null(), 64);
                assert_same(&chunk, map_argument(items, NULL, true), 1);
                free(text);
            }
        }
    }
}

static void words_keep_the_mark_of_their_text(void **state)
{
    const struct weir_value values[] = {weir_text("a b"), weir_bytes("c d", 3)};
    struct chunk chunk = {.rows_count = 2, .columns_count = 1};
    struct bytes out = {0};
    uint32_t rows_max;

    (void)state;
    chunk.columns[CHUNK_VALUE] = (struct column){.kind = COLUMN_BYTES, .values = values};
    assert_int_equal(run_kernel(&chunk, weir_null(), 10, &out, &rows_max), WEIR_OK);
    assert_string_equal(out.data, "12/1:a\n12/1:b\n4/1:c\n4/1:d\n");
    bytes_fini(&out);
}

static void what_is_no_text_is_refused_by_both_forms(void **state)
{
    const struct weir_value lists[] = {weir_list(NULL, 0)};
    const struct weir_value nulls[] = {weir_text("a"), weir_null()};
    const int64_t ints[] = {1};
    const double floats[] = {1.5};
    const struct column columns[] = {
        {.kind = COLUMN_MIXED, .values = lists},
        {.kind = COLUMN_MIXED, .values = nulls},
        {.kind = COLUMN_INT, .ints = ints},
        {.kind = COLUMN_FLOAT, .floats = floats},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        struct chunk chunk = {.rows_count = i == 1 ? 2 : 1, .columns_count = 1};
        struct bytes out = {0};
        uint32_t rows_max;

        chunk.columns[CHUNK_VALUE] = columns[i];
        assert_int_equal(run_kernel(&chunk, weir_null(), 10, &out, &rows_max), WEIR_E_INVAL);
        assert_int_equal(run_rows(&chunk, weir_null(), &out), WEIR_E_INVAL);
        bytes_fini(&out);
    }
}

static void wrong_arguments_are_refused(void **state)
{
    struct weir_value items[4];

    (void)state;
    assert_int_equal(split_check_argument(weir_null(), NULL), WEIR_OK);
    assert_int_equal(split_check_argument(map_argument(items, "[,]+", true), NULL), WEIR_OK);
    assert_int_equal(split_check_argument(weir_map_value(items, 0), NULL), WEIR_OK);
    assert_int_equal(split_check_argument(weir_int(1), NULL), WEIR_E_CONFIG);
    assert_int_equal(split_check_argument(weir_text("[,]+"), NULL), WEIR_E_CONFIG);
    assert_int_equal(split_check_argument(map_argument(items, ",", true), NULL), WEIR_E_CONFIG);
    items[0] = weir_text("patern");
    assert_int_equal(split_check_argument(weir_map_value(items, 2), NULL), WEIR_E_CONFIG);
    items[0] = weir_text("pattern");
    items[1] = weir_int(3);
    assert_int_equal(split_check_argument(weir_map_value(items, 1), NULL), WEIR_E_CONFIG);
    items[0] = weir_text("lower");
    items[1] = weir_text("yes");
    assert_int_equal(split_check_argument(weir_map_value(items, 1), NULL), WEIR_E_CONFIG);
}

static void without_memory_it_fails_and_loses_nothing(void **state)
{
    static struct lines lines;
    struct random random;
    struct weir_value items[4];
    int failures = 0;

    (void)state;
    random_start(&random);
    lines_make(&lines, &random);
    struct chunk chunk = lines_chunk(&lines, &random);
    for (;; failures++) {
        struct exec_task task;
        struct bytes out = {0};
        void *kernel;

        exec_task_init(&task, 16);
        struct capture_op *capture = exec_capture(&task.task, &out);
        fault_arm(failures);
        weir_status status =
            kernel_split.open(&task.task, map_argument(items, NULL, true), &kernel, NULL);
        if (status == WEIR_OK) {
            status = kernel_split.push(kernel, &chunk, &capture->op, NULL);
            kernel_split.close(kernel);
        }
        bool was_reached = fault_disarm();
        assert_true(was_reached || status == WEIR_OK);
        assert_true(status == WEIR_OK || status == WEIR_E_NOMEM);
        bytes_fini(&out);
        exec_task_fini(&task);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures >= 2);
    lines_free(&lines);
}

static void the_portable_forms_pass_the_same_tests(void **state)
{
    (void)state;
    exec_again_portable();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_gives_what_the_row_form_gives),
        cmocka_unit_test(a_text_of_each_size_is_split_to_its_very_end),
        cmocka_unit_test(a_word_may_be_longer_than_a_stretch),
        cmocka_unit_test(words_keep_the_mark_of_their_text),
        cmocka_unit_test(what_is_no_text_is_refused_by_both_forms),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(without_memory_it_fails_and_loses_nothing),
        cmocka_unit_test(the_portable_forms_pass_the_same_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
