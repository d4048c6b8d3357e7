/*
 * test_block_form - rows as bytes and back, exactly; damage is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "exec/block_form.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"
#include "lib/rows.h"

static void exact(const struct block *block, struct bytes *out)
{
    bytes_clear(out);
    /* No rows have no columns. */
    bytes_printf(out, "%u %u\n", block->rows_count == 0 ? 0 : block->columns_count,
                 block->rows_count);
    for (uint32_t column = 0; block->rows_count > 0 && column < block->columns_count; column++) {
        bytes_printf(out, "kind %d\n", (int)block->columns[column].kind);
        for (uint32_t row = 0; row < block->rows_count; row++) {
            exec_append_exact(out, column_value(&block->columns[column], row));
        }
    }
}

static void check_round_trip(const struct block *block)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct bytes form = {0};
    struct bytes expected = {0};
    struct bytes actual = {0};
    struct block *back;

    assert_int_equal(block_form_write(block, &form, &error), WEIR_OK);
    if (block_form_read(form.data, form.size, &back, &error) != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
    exact(block, &expected);
    exact(back, &actual);
    assert_string_equal(actual.data, expected.data);
    block_drop(back);
    bytes_fini(&form);
    bytes_fini(&expected);
    bytes_fini(&actual);
}

static void rows_of_every_kind_come_back_exactly(void **state)
{
    static const char *const plain[] = {
        "[]",
        "[0]",
        "[1, 2, 3, 255, 256]",
        "[-9223372036854775808, 9223372036854775807, 0]",
        "[1000000000000, 1000000000001]",
        "[1.5, -0.0, 1e300]",
        "[\"a\", \"\", \"a text that is longer than twelve bytes\"]",
        "[null, 1, \"x\", [1, [2, \"three\"]], {\"k\": [1.5]}, true]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        struct block *block = rows_block(plain[i], false);
        check_round_trip(block);
        block_drop(block);
    }
    struct block *pairs = rows_block("[[\"a\", 1], [\"b\", 2.5], [\"c\", null]]", true);
    check_round_trip(pairs);
    block_drop(pairs);
}

static void bytes_of_which_some_are_texts_stay_bytes(void **state)
{
    const struct weir_value values[] = {weir_text("a"), weir_bytes("b", 1),
                                        weir_text("longer than twelve bytes")};
    struct block *block;

    (void)state;
    assert_int_equal(block_create_values(NULL, values, 3, &block, NULL), WEIR_OK);
    assert_int_equal(block->columns[0].kind, COLUMN_BYTES);
    check_round_trip(block);
    block_drop(block);
}

static struct block *random_block(struct random *random, uint32_t rows_count)
{
    struct weir_value *keys = calloc(rows_count + 1, sizeof(*keys));
    struct weir_value *values = calloc(rows_count + 1, sizeof(*values));
    uint32_t shape = random_below(random, 4);
    struct block *block;
    struct arena arena;

    assert_non_null(keys);
    assert_non_null(values);
    arena_init(&arena);
    for (uint32_t i = 0; i < rows_count; i++) {
        keys[i] = shape == 0   ? weir_int((int64_t)random_next(random))
                  : shape == 1 ? weir_float(random_float(random))
                  : shape == 2 ? random_bytes(random, &arena)
                               : random_value(random, &arena, 3);
        values[i] = random_value(random, &arena, 2);
    }
    assert_int_equal(block_create_values(random_below(random, 2) == 0 ? keys : NULL, values,
                                         rows_count, &block, NULL),
                     WEIR_OK);
    arena_fini(&arena);
    free(keys);
    free(values);
    return block;
}

static void random_rows_come_back_exactly(void **state)
{
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 200; round++) {
        struct block *block = random_block(&random, random_below(&random, 50));
        check_round_trip(block);
        block_drop(block);
    }
    for (int round = 0; round < 3; round++) {
        struct block *block = random_block(&random, 9000); /* more than one chunk */
        check_round_trip(block);
        block_drop(block);
    }
}

static void small_ints_take_one_byte_each(void **state)
{
    struct weir_value values[1000];
    struct bytes form = {0};
    struct block *block;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        values[i] = weir_int(5000000000 + i % 200);
    }
    assert_int_equal(block_create_values(NULL, values, 1000, &block, NULL), WEIR_OK);
    assert_int_equal(block_form_write(block, &form, NULL), WEIR_OK);
    assert_true(form.size < 1000 + 40);
    bytes_fini(&form);
    block_drop(block);
}

/* The damaged bytes stand alone on the heap, so that a sanitizer sees any read past them. */
static void read_damaged(const char *data, size_t size)
{
    char *copy = malloc(size + 1);
    struct block *block = NULL;

    assert_non_null(copy);
    memcpy(copy, data, size);
    char *fitted = realloc(copy, size == 0 ? 1 : size);
    assert_non_null(fitted);
    if (block_form_read(fitted, size, &block, NULL) == WEIR_OK) {
        block_drop(block);
    }
    free(fitted);
}

static void damage_never_reads_past_the_bytes(void **state)
{
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 40; round++) {
        struct block *block = random_block(&random, 1 + random_below(&random, 20));
        struct bytes form = {0};

        assert_int_equal(block_form_write(block, &form, NULL), WEIR_OK);
        for (size_t size = 0; size < form.size; size++) {
            struct block *cut;
            assert_int_not_equal(block_form_read(form.data, size, &cut, NULL), WEIR_OK);
        }
        for (int change = 0; change < 300; change++) {
            size_t at = random_next(&random) % form.size;
            char old = form.data[at];
            form.data[at] = (char)random_next(&random);
            read_damaged(form.data, form.size);
            form.data[at] = old;
        }
        bytes_fini(&form);
        block_drop(block);
    }
}

static void whichever_step_fails_nothing_is_left(void **state)
{
    struct block *block = rows_block("[[\"a long key of many bytes\", [1, 2]], [\"b\", 3]]", true);
    int failures = 0;
    int refused = 0;

    (void)state;
    for (;; failures++) {
        struct bytes form = {0};
        struct block *back = NULL;

        fault_arm(failures);
        weir_status status = block_form_write(block, &form, NULL);
        if (status == WEIR_OK) {
            status = block_form_read(form.data, form.size, &back, NULL);
        }
        bool was_reached = fault_disarm();
        block_drop(back);
        bytes_fini(&form);
        if (!was_reached) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        /* A block that cannot be cut to its rows keeps its slack: that is no failure. */
        assert_true(status == WEIR_E_NOMEM || status == WEIR_OK);
        refused += status == WEIR_E_NOMEM;
    }
    assert_true(refused > 4);
    block_drop(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_every_kind_come_back_exactly),
        cmocka_unit_test(bytes_of_which_some_are_texts_stay_bytes),
        cmocka_unit_test(random_rows_come_back_exactly),
        cmocka_unit_test(small_ints_take_one_byte_each),
        cmocka_unit_test(damage_never_reads_past_the_bytes),
        cmocka_unit_test(whichever_step_fails_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
