/* test_hash - equal values hash alike, and golden hashes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/hash.h"
#include "lib/random_values.h"

/* These numbers are on disks: a change here makes what was written unreadable. */
static void hashes_are_the_same_for_ever(void **state)
{
    static const char thirteen[] = "thirteen byte";
    char many[300];
    struct weir_value items[] = {weir_text("k"), weir_int(1), weir_null(), weir_float(0.5)};

    (void)state;
    memset(many, 'm', sizeof(many));
    const struct {
        struct weir_value value;
        uint64_t hash;
    } cases[] = {
        {weir_null(), 0},
        {weir_bool(true), UINT64_C(0x533BEC3832646630)},
        {weir_int(0), UINT64_C(0x7E0E765B600C1D6E)},
        {weir_int(42), UINT64_C(0xF3CA65C3851F86EC)},
        {weir_int(-1), UINT64_C(0x7F89475262911D0E)},
        {weir_float(0.5), UINT64_C(0xA2B526843882F9C6)},
        {weir_float(NAN), UINT64_C(0xFB1E0A368E8B9C10)},
        {weir_text(""), UINT64_C(0x75B46FA8FE21EB95)},
        {weir_text("weir"), UINT64_C(0x0D23898B6E8FA3F5)},
        {weir_text("twelve bytes"), UINT64_C(0xDF698733D0C8D137)},
        {weir_bytes(thirteen, 13), UINT64_C(0x98F43674DD838485)},
        {weir_bytes(many, 300), UINT64_C(0x926A141974BECECD)},
        {weir_list(items, 4), UINT64_C(0x3CC70C17DDC65F17)},
        {weir_tuple(items, 4), UINT64_C(0x5AA09D9B7EB16F6B)},
        {weir_map_value(items, 2), UINT64_C(0xAC744398049F1262)},
        {weir_list(NULL, 0), UINT64_C(0x71F1C024D1BA6037)},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (value_hash(&cases[i].value) != cases[i].hash) {
            fail_msg("case %zu: 0x%016llX", i, (unsigned long long)value_hash(&cases[i].value));
        }
        assert_int_equal(value_hash_slow(&cases[i].value), cases[i].hash);
    }
}

static void unlike_values_hash_apart(void **state)
{
    struct weir_value items[] = {weir_int(1), weir_int(2), weir_int(1)};
    struct weir_value values[] = {
        weir_int(1),
        weir_text("1"),
        weir_bool(true),
        weir_float(1.5),
        weir_list(items, 1),
        weir_tuple(items, 1),
        weir_list(items, 2),
        weir_list(items + 1, 2),
        weir_map_value(items, 1),
        weir_map_value(items + 1, 1),
        weir_text("a"),
        weir_bytes("a\0", 2),
    };
    size_t count = sizeof(values) / sizeof(values[0]);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(value_hash(&values[i]) != value_hash(&values[j]));
        }
    }
}

static void small_ints_and_words_spread_over_partitions(void **state)
{
    enum { PARTITIONS = 16, COUNT = 16000 };
    uint32_t ints[PARTITIONS] = {0};
    uint32_t words[PARTITIONS] = {0};

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        char word[12];
        int size = snprintf(word, sizeof(word), "w%d", i);
        struct weir_value number = weir_int(i);
        struct weir_value bytes = weir_bytes(word, (uint32_t)size);
        ints[value_hash(&number) % PARTITIONS]++;
        words[value_hash(&bytes) % PARTITIONS]++;
    }
    for (int i = 0; i < PARTITIONS; i++) {
        assert_in_range(ints[i], COUNT / PARTITIONS * 8 / 10, COUNT / PARTITIONS * 12 / 10);
        assert_in_range(words[i], COUNT / PARTITIONS * 8 / 10, COUNT / PARTITIONS * 12 / 10);
    }
}

static void a_column_hashes_as_its_values_do(void **state)
{
    enum { ROWS = 100 };
    static const enum weir_kind kinds[] = {WEIR_INT, WEIR_FLOAT, WEIR_BYTES};
    struct weir_value values[ROWS];
    int64_t ints[ROWS];
    double floats[ROWS];
    uint16_t rows[ROWS];
    uint64_t hashes[ROWS];
    struct arena arena;
    struct random random;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    for (int kind = COLUMN_INT; kind <= COLUMN_MIXED; kind++) {
        uint32_t rows_count = 0;
        for (int i = 0; i < ROWS; i++) {
            do {
                values[i] = random_value(&random, &arena, 2);
            } while (kind != COLUMN_MIXED && weir_kind_of(values[i]) != kinds[kind]);
            ints[i] = values[i].integer;
            floats[i] = values[i].number;
            rows[rows_count] = (uint16_t)i;
            rows_count += random_below(&random, 2);
        }
        struct column column = {(enum column_kind)kind, {values}};
        column.data = kind == COLUMN_INT     ? (const void *)ints
                      : kind == COLUMN_FLOAT ? (const void *)floats
                                             : (const void *)values;
        hash_column(&column, NULL, ROWS, hashes);
        for (int i = 0; i < ROWS; i++) {
            assert_true(hashes[i] == value_hash(&values[i]));
        }
        memset(hashes, 0x5A, sizeof(hashes));
        hash_column(&column, rows, rows_count, hashes);
        for (uint32_t i = 0; i < rows_count; i++) {
            assert_true(hashes[i] == value_hash(&values[rows[i]]));
        }
        for (uint32_t i = rows_count; i < ROWS; i++) {
            assert_true(hashes[i] == UINT64_C(0x5A5A5A5A5A5A5A5A)); /* nothing behind the end */
        }
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_same_for_ever),
        cmocka_unit_test(unlike_values_hash_apart),
        cmocka_unit_test(small_ints_and_words_spread_over_partitions),
        cmocka_unit_test(a_column_hashes_as_its_values_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
