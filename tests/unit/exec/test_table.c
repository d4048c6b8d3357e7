/*
 * test_table - keys to entries, against a list that is searched from its start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "data/compare.h"
#include "data/hash.h"
#include "data/value.h"
#include "exec/table.h"
#include "lib/random_values.h"

#define KNOWN_MAX 4096u

/* The naive map: distinct keys in order of appearance. */
struct naive {
    struct weir_value keys[KNOWN_MAX];
    uint32_t count;
};

static uint32_t naive_find(struct naive *naive, struct weir_value key)
{
    for (uint32_t i = 0; i < naive->count; i++) {
        if (value_compare(&naive->keys[i], &key) == 0) {
            return i;
        }
    }
    assert_true(naive->count < KNOWN_MAX);
    naive->keys[naive->count] = key;
    return naive->count++;
}

/* A few hundred distinct keys: ints, the same as floats, short and long bytes, nested ones. */
static struct weir_value random_key(struct random *random, struct arena *arena)
{
    char *bytes;
    uint32_t size;

    switch (random_below(random, 6)) {
    case 0:
        return weir_int((int64_t)random_below(random, 40) - 20);
    case 1:
        return weir_float((double)random_below(random, 80) / 2 - 20);
    case 2:
        size = random_below(random, 2) == 0 ? 12 + random_below(random, 3) : 40;
        bytes = arena_alloc(arena, size);
        assert_non_null(bytes);
        memset(bytes, 'k', size);
        bytes[size - 1] = (char)('a' + random_below(random, 26));
        return random_below(random, 2) == 0 ? weir_bytes(bytes, size)
                                            : weir_text_bytes(bytes, size);
    case 3:
        return random_bytes(random, arena);
    default:
        return random_value(random, arena, 2);
    }
}

/* One chunk through both, with or without a selection. */
static void assert_chunk(struct table *table, struct naive *naive, const struct weir_value *keys,
                         uint32_t rows_count, struct random *random)
{
    static uint32_t entries[CHUNK_ROWS_MAX + 1];
    static uint16_t rows[CHUNK_ROWS_MAX];
    bool has_selection = random_below(random, 2) == 0;
    struct column column = {.kind = COLUMN_MIXED, .values = keys};
    uint32_t alive = 0;

    for (uint32_t i = 0; i < rows_count; i++) {
        rows[alive] = (uint16_t)i;
        alive += !has_selection || random_below(random, 3) != 0;
    }
    entries[alive] = 0x5A5A5A5A;
    assert_int_equal(table_find(table, &column, has_selection ? rows : NULL, alive, entries, NULL),
                     WEIR_OK);
    for (uint32_t i = 0; i < alive; i++) {
        assert_int_equal(entries[i], naive_find(naive, keys[rows[i]]));
    }
    assert_int_equal(entries[alive], 0x5A5A5A5A);
    assert_int_equal(table->entries_count, naive->count);
}

static void entries_are_dense_and_in_the_order_of_appearance(void **state)
{
    static struct weir_value keys[CHUNK_ROWS_MAX];
    static struct naive naive;
    struct arena arena;
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 12; round++) {
        struct table table;

        arena_init(&arena);
        naive.count = 0;
        assert_int_equal(table_init(&table, NULL), WEIR_OK);
        while (naive.count < 900) {
            uint32_t most = random_below(&random, 3) == 0 ? 400 : 5;
            uint32_t rows_count = 1 + random_below(&random, most);
            for (uint32_t i = 0; i < rows_count; i++) {
                keys[i] = random_key(&random, &arena);
            }
            assert_chunk(&table, &naive, keys, rows_count, &random);
        }
        for (uint32_t i = 0; i < naive.count; i++) {
            assert_true(value_equal(&table.keys[i], &naive.keys[i]));
        }
        assert_true(table_size(&table) > 900 * sizeof(struct weir_value));
        table_fini(&table);
        arena_fini(&arena);
    }
}

static void a_key_is_kept_when_what_brought_it_is_gone(void **state)
{
    char *bytes = malloc(100);
    struct weir_value key;
    struct column column = {.kind = COLUMN_BYTES, .values = &key};
    struct table table;
    uint32_t entry = 7;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', 100);
    key = weir_bytes(bytes, 100);
    assert_int_equal(table_init(&table, NULL), WEIR_OK);
    assert_int_equal(table_find(&table, &column, NULL, 1, &entry, NULL), WEIR_OK);
    assert_int_equal(entry, 0);
    free(bytes);

    char again[100];
    memset(again, 'x', sizeof(again));
    key = weir_bytes(again, sizeof(again));
    assert_int_equal(table_find(&table, &column, NULL, 1, &entry, NULL), WEIR_OK);
    assert_int_equal(entry, 0);
    assert_int_equal(table.entries_count, 1);
    table_fini(&table);
}

static void equal_numbers_of_two_kinds_are_one_key(void **state)
{
    const struct weir_value keys[] = {weir_int(2),     weir_float(2.0), weir_float(-0.0),
                                      weir_int(0),     weir_null(),     weir_bool(false),
                                      weir_float(0.0), weir_text("2"),  weir_null()};
    const uint32_t expected[] = {0, 0, 1, 1, 2, 3, 1, 4, 2};
    const struct column column = {.kind = COLUMN_MIXED, .values = keys};
    uint32_t entries[9];
    struct table table;

    (void)state;
    assert_int_equal(table_init(&table, NULL), WEIR_OK);
    assert_int_equal(table_find(&table, &column, NULL, 9, entries, NULL), WEIR_OK);
    assert_memory_equal(entries, expected, sizeof(expected));
    table_fini(&table);
}

static void dense_columns_give_the_entries_of_their_values(void **state)
{
    int64_t ints[] = {5, -1, 5, 7};
    double floats[] = {7.0, 0.5, 5.0, 0.5};
    const uint16_t rows[] = {0, 2, 3};
    const uint32_t first[] = {0, 1, 0, 2};
    const uint32_t second[] = {2, 0, 3};
    const struct column int_column = {.kind = COLUMN_INT, .ints = ints};
    const struct column float_column = {.kind = COLUMN_FLOAT, .floats = floats};
    uint32_t entries[4];
    struct table table;

    (void)state;
    assert_int_equal(table_init(&table, NULL), WEIR_OK);
    assert_int_equal(table_find(&table, &int_column, NULL, 4, entries, NULL), WEIR_OK);
    assert_memory_equal(entries, first, sizeof(first));
    assert_int_equal(table_find(&table, &float_column, rows, 3, entries, NULL), WEIR_OK);
    assert_memory_equal(entries, second, sizeof(second));
    table_fini(&table);
}

/* Numbers n to n + count - 1 of a sequence in which each third key is long. */
static void make_keys(struct weir_value *keys, char (*texts)[24], uint32_t n, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = n + i;
        memset(texts[i], 'p', 24);
        memcpy(texts[i] + 8, &number, sizeof(number));
        keys[i] = number % 3 == 0 ? weir_bytes(texts[i], 24) : weir_int(number);
    }
}

static void it_grows_through_chunks_of_any_size(void **state)
{
    static struct weir_value keys[CHUNK_ROWS_MAX];
    static char texts[CHUNK_ROWS_MAX][24];
    static uint32_t entries[CHUNK_ROWS_MAX];
    const uint32_t sizes[] = {1, 2, 63, 1000, CHUNK_ROWS_MAX};
    const struct column column = {.kind = COLUMN_MIXED, .values = keys};

    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        uint32_t keys_max = sizes[s] < 63 ? 5000 : 100000;
        struct table table;

        assert_int_equal(table_init(&table, NULL), WEIR_OK);
        for (int pass = 0; pass < 2; pass++) { /* all new, then all known */
            for (uint32_t n = 0; n < keys_max; n += sizes[s]) {
                make_keys(keys, texts, n, sizes[s]);
                assert_int_equal(table_find(&table, &column, NULL, sizes[s], entries, NULL),
                                 WEIR_OK);
                for (uint32_t i = 0; i < sizes[s]; i++) {
                    assert_int_equal(entries[i], n + i);
                }
            }
        }
        assert_in_range(table.entries_count, keys_max, keys_max + sizes[s]);
        table_fini(&table);
    }
}

static void a_failed_look_up_leaves_the_table_usable(void **state)
{
    static struct weir_value keys[3000];
    static char texts[3000][24];
    static uint32_t entries[3000];
    const struct column column = {.kind = COLUMN_MIXED, .values = keys};
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct table table;
        weir_error error = {.struct_size = sizeof(error)};

        make_keys(keys, texts, 0, 3000);
        assert_int_equal(table_init(&table, NULL), WEIR_OK);
        assert_int_equal(table_find(&table, &column, NULL, 100, entries, NULL), WEIR_OK);
        fault_arm(failures);
        weir_status status = table_find(&table, &column, NULL, 3000, entries, &error);
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_OK);
        assert_true(!was_reached || error.msg[0] != '\0');

        assert_int_equal(table_find(&table, &column, NULL, 3000, entries, NULL), WEIR_OK);
        for (uint32_t i = 0; i < 3000; i++) {
            assert_int_equal(entries[i], i);
        }
        table_fini(&table);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures >= 4); /* slots, keys, hashes, long keys */
}

static void a_failed_start_leaves_nothing_behind(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct table table;
        fault_arm(failures);
        weir_status status = table_init(&table, NULL);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            table_fini(&table);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
    }
    assert_int_equal(failures, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_dense_and_in_the_order_of_appearance),
        cmocka_unit_test(a_key_is_kept_when_what_brought_it_is_gone),
        cmocka_unit_test(equal_numbers_of_two_kinds_are_one_key),
        cmocka_unit_test(dense_columns_give_the_entries_of_their_values),
        cmocka_unit_test(it_grows_through_chunks_of_any_size),
        cmocka_unit_test(a_failed_look_up_leaves_the_table_usable),
        cmocka_unit_test(a_failed_start_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
