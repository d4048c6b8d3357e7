/* test_block - blocks and their builder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "data/block.h"
#include "data/compare.h"
#include "data/value.h"
#include "lib/random_values.h"

#define LONG_A "a text of more than twelve bytes"
#define LONG_B "another text of more than twelve bytes"

static volatile uint8_t seen;

/* Reads what a kernel may read: whole words past the end. */
static void touch_padding(const struct weir_value *value)
{
    if (weir_kind_of(*value) == WEIR_BYTES) {
        const char *end = weir_bytes_of(value) + weir_size_of(*value);
        for (uint32_t i = 0; i < BLOCK_PADDING; i++) {
            seen = (uint8_t)end[i];
        }
    }
}

static void assert_row(const struct chunk *chunk, uint32_t column, uint32_t row,
                       struct weir_value expected)
{
    struct weir_value found = column_value(&chunk->columns[column], row);

    assert_int_equal(weir_kind_of(found), weir_kind_of(expected));
    assert_true(value_equal(&found, &expected));
    assert_int_equal(weir_is_text(found), weir_is_text(expected));
    if (chunk->columns[column].kind == COLUMN_BYTES) {
        touch_padding(&chunk->columns[column].values[row]);
    }
}

static void columns_are_as_narrow_as_their_values(void **state)
{
    struct weir_value values[] = {weir_int(1), weir_float(2), weir_text("x"), weir_null(),
                                  weir_bool(true)};

    (void)state;
    assert_int_equal(column_kind_of_values(values, 0), COLUMN_MIXED);
    assert_int_equal(column_kind_of_values(&values[0], 1), COLUMN_INT);
    assert_int_equal(column_kind_of_values(&values[1], 1), COLUMN_FLOAT);
    assert_int_equal(column_kind_of_values(&values[2], 1), COLUMN_BYTES);
    assert_int_equal(column_kind_of_values(&values[3], 1), COLUMN_MIXED);
    assert_int_equal(column_kind_of_values(values, 2), COLUMN_MIXED);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(column_kind_of_value(values[i]), column_kind_of_values(&values[i], 1));
    }
}

static void a_block_of_values_owns_all_of_them(void **state)
{
    char text[] = LONG_A;
    struct weir_value items[] = {weir_text_bytes(text, sizeof(text) - 1), weir_int(3)};
    struct weir_value keys[] = {weir_int(1), weir_int(2), weir_int(3)};
    struct weir_value values[] = {weir_text_bytes(text, sizeof(text) - 1), weir_list(items, 2),
                                  weir_null()};
    struct weir_value expected_items[] = {weir_text(LONG_A), weir_int(3)};
    struct block *block;
    struct chunk chunk;

    (void)state;
    assert_int_equal(block_create_values(keys, values, 3, &block, NULL), WEIR_OK);
    memset(text, '#', sizeof(text));
    memset(items, 0, sizeof(items));
    block_view(block, 1, 2, &chunk);
    assert_true(chunk_is_pairs(&chunk));
    assert_int_equal(chunk.rows_count, 2);
    assert_null(chunk.rows);
    assert_int_equal(chunk.columns[0].kind, COLUMN_INT);
    assert_int_equal(chunk.columns[1].kind, COLUMN_MIXED);
    assert_row(&chunk, 0, 0, weir_int(2));
    assert_row(&chunk, 1, 0, weir_list(expected_items, 2));
    assert_row(&chunk, 1, 1, weir_null());
    block_view(block, 3, 0, &chunk);
    assert_int_equal(chunk.rows_count, 0);
    assert_true(block->memory_bytes > sizeof(*block));
    block_drop(block);
}

static void narrow_columns_are_dense(void **state)
{
    struct weir_value ints[] = {weir_int(4), weir_int(5)};
    struct weir_value floats[] = {weir_float(0.5), weir_float(1.5)};
    struct weir_value texts[] = {weir_text(LONG_A), weir_text("s")};
    struct block *block;

    (void)state;
    assert_int_equal(block_create_values(ints, floats, 2, &block, NULL), WEIR_OK);
    assert_int_equal(block->columns[0].kind, COLUMN_INT);
    assert_int_equal(block->columns[0].ints[1], 5);
    assert_int_equal(block->columns[1].kind, COLUMN_FLOAT);
    assert_true(block->columns[1].floats[1] == 1.5);
    block_drop(block);
    assert_int_equal(block_create_values(NULL, texts, 2, &block, NULL), WEIR_OK);
    assert_int_equal(block->columns_count, 1);
    assert_int_equal(block->columns[0].kind, COLUMN_BYTES);
    block_drop(block);
}

struct release {
    int count;
    size_t memory_bytes;
};

static void note_release(void *owner, size_t memory_bytes)
{
    struct release *release = owner;

    release->count++;
    release->memory_bytes = memory_bytes;
}

static void a_received_block_points_into_its_bytes_and_tells_when_it_goes(void **state)
{
    enum { SIZE = 40 };
    struct release release = {0, 0};
    struct block *block = NULL;
    struct chunk chunk;

    (void)state;
    uint8_t *bytes = mem_alloc(SIZE + BLOCK_PADDING);
    assert_non_null(bytes);
    memset(bytes, 'x', SIZE);
    struct weir_value values[] = {weir_bytes(bytes, 20), weir_bytes(bytes + 20, 20)};
    for (int failing = 0;; failing++) {
        fault_arm(failing);
        weir_status status = block_create_received(bytes, SIZE, NULL, values, 2, &block, NULL);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            assert_true(failing > 0);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_null(block);
        assert_int_equal(bytes[0], 'x'); /* still the caller's */
    }
    block->released = note_release;
    block->owner = &release;
    block_view(block, 0, 2, &chunk);
    assert_ptr_equal(chunk.columns[0].values[1].bytes, bytes + 20);
    touch_padding(&chunk.columns[0].values[1]);
    size_t memory_bytes = block->memory_bytes;
    assert_true(memory_bytes > SIZE + sizeof(*block));
    assert_ptr_equal(block_hold(block), block);
    block_drop(block);
    assert_int_equal(release.count, 0);
    block_drop(block);
    assert_int_equal(release.count, 1);
    assert_int_equal(release.memory_bytes, memory_bytes);
    block_drop(NULL);
}

/* A column of one kind, or mixed, with values[i] what its rows are. */
static struct column random_column(struct random *random, struct arena *arena, uint32_t rows_count,
                                   uint32_t kinds, struct weir_value *values)
{
    struct column column = {(enum column_kind)random_below(random, kinds), {NULL}};
    void *vector = arena_alloc(arena, rows_count * 16u + 16u);

    assert_non_null(vector);
    for (uint32_t i = 0; i < rows_count; i++) {
        switch (column.kind) {
        case COLUMN_INT:
            values[i] = weir_int((int64_t)random_next(random));
            ((int64_t *)vector)[i] = values[i].integer;
            break;
        case COLUMN_FLOAT:
            values[i] = weir_float(random_float(random));
            ((double *)vector)[i] = values[i].number;
            break;
        case COLUMN_BYTES:
            values[i] = random_bytes(random, arena);
            ((struct weir_value *)vector)[i] = values[i];
            break;
        case COLUMN_MIXED:
            values[i] = random_value(random, arena, 2);
            ((struct weir_value *)vector)[i] = values[i];
            break;
        }
    }
    column.data = vector;
    return column;
}

enum { ROWS_MAX = 60, APPENDS_MAX = 8 };

/* What a builder should hold, row by row. */
struct model {
    struct weir_value rows[CHUNK_COLUMNS_MAX][ROWS_MAX * APPENDS_MAX];
    uint32_t rows_count;
    struct arena arena;
};

static void append_random(struct random *random, struct block_builder *builder, struct model *model,
                          uint32_t columns_count, uint32_t kinds)
{
    static struct weir_value values[CHUNK_COLUMNS_MAX][ROWS_MAX];
    uint16_t rows[ROWS_MAX];
    uint32_t all = random_below(random, ROWS_MAX);
    struct chunk chunk = {.rows_count = all, .columns_count = columns_count};
    struct arena scratch;

    arena_init(&scratch);
    for (uint32_t i = 0; i < columns_count; i++) {
        chunk.columns[i] = random_column(random, &scratch, all, kinds, values[i]);
    }
    if (random_below(random, 2) == 0) {
        chunk.rows_count = 0;
        for (uint32_t i = 0; i < all; i++) {
            rows[chunk.rows_count] = (uint16_t)i;
            chunk.rows_count += random_below(random, 2);
        }
        chunk.rows = rows;
    }
    assert_int_equal(block_builder_append(builder, &chunk, NULL), WEIR_OK);
    for (uint32_t i = 0; i < chunk.rows_count; i++) {
        for (uint32_t j = 0; j < columns_count; j++) {
            struct weir_value *row = &model->rows[j][model->rows_count];
            assert_int_equal(value_copy(values[j][chunk_row(&chunk, i)], &model->arena, row),
                             WEIR_OK);
        }
        model->rows_count++;
    }
    arena_fini(&scratch); /* the builder must hold nothing of it */
}

static void a_builder_gathers_living_rows_of_all_kinds(void **state)
{
    static struct model model;
    struct block_builder builder;
    struct random random;
    struct block *block;
    struct chunk chunk;

    (void)state;
    random_start(&random);
    block_builder_init(&builder);
    for (int round = 0; round < 200; round++) {
        uint32_t columns_count = 1 + random_below(&random, 2);
        uint32_t kinds = 1 + random_below(&random, 4);
        model.rows_count = 0;
        arena_init(&model.arena);
        for (uint32_t i = random_below(&random, APPENDS_MAX); i > 0; i--) {
            append_random(&random, &builder, &model, columns_count, kinds);
        }
        assert_int_equal(builder.rows_count, model.rows_count);
        assert_int_equal(block_builder_finish(&builder, &block, NULL), WEIR_OK);
        assert_int_equal(builder.rows_count, 0);
        assert_int_equal(block_builder_size(&builder), 0);
        assert_int_equal(block->rows_count, model.rows_count);
        assert_int_equal(block->columns_count, model.rows_count > 0 ? columns_count : 0);
        block_view(block, 0, block->rows_count, &chunk);
        for (uint32_t i = 0; i < model.rows_count; i++) {
            for (uint32_t j = 0; j < columns_count; j++) {
                assert_row(&chunk, j, i, model.rows[j][i]);
            }
        }
        block_drop(block);
        arena_fini(&model.arena);
    }
    block_builder_fini(&builder);
}

static void a_column_stays_dense_until_its_kind_changes(void **state)
{
    struct block_builder builder;
    struct weir_value key = weir_int(1);
    struct weir_value other = weir_text("k");

    (void)state;
    block_builder_init(&builder);
    assert_int_equal(block_builder_append_row(&builder, &key, weir_float(0.5), NULL), WEIR_OK);
    assert_int_equal(block_builder_append_row(&builder, &key, weir_float(1.5), NULL), WEIR_OK);
    assert_int_equal(builder.kinds[0], COLUMN_INT);
    assert_int_equal(builder.kinds[1], COLUMN_FLOAT);
    assert_int_equal(block_builder_append_row(&builder, &other, weir_float(2.5), NULL), WEIR_OK);
    assert_int_equal(builder.kinds[0], COLUMN_MIXED);
    assert_int_equal(builder.kinds[1], COLUMN_FLOAT);
    assert_int_equal(block_builder_append_row(&builder, &key, weir_null(), NULL), WEIR_OK);
    assert_int_equal(builder.kinds[1], COLUMN_MIXED);

    struct block *block;
    struct chunk chunk;
    assert_int_equal(block_builder_finish(&builder, &block, NULL), WEIR_OK);
    block_view(block, 0, 4, &chunk);
    assert_row(&chunk, 0, 0, weir_int(1));
    assert_row(&chunk, 0, 2, weir_text("k"));
    assert_row(&chunk, 0, 3, weir_int(1));
    assert_row(&chunk, 1, 1, weir_float(1.5));
    assert_row(&chunk, 1, 3, weir_null());
    block_drop(block);
    block_builder_fini(&builder);
}

/* The builder's parts, as they were. */
struct snapshot {
    uint32_t rows_count;
    uint32_t columns_count;
    enum column_kind kinds[CHUNK_COLUMNS_MAX];
    char vectors[CHUNK_COLUMNS_MAX][4096];
};

static void take_snapshot(const struct block_builder *builder, struct snapshot *snapshot)
{
    memset(snapshot, 0, sizeof(*snapshot));
    snapshot->rows_count = builder->rows_count;
    snapshot->columns_count = builder->columns_count;
    for (uint32_t i = 0; i < builder->columns_count; i++) {
        size_t size = builder->rows_count * column_stride(builder->kinds[i]);
        assert_true(size <= sizeof(snapshot->vectors[i]));
        snapshot->kinds[i] = builder->kinds[i];
        memcpy(snapshot->vectors[i], builder->vectors[i], size);
    }
}

static void fill_builder(struct block_builder *builder)
{
    block_builder_init(builder);
    for (int i = 0; i < 64; i++) { /* what its first vectors hold: the next row needs more */
        struct weir_value key = weir_int(i);
        assert_int_equal(block_builder_append_row(builder, &key, weir_float(i / 2.0), NULL),
                         WEIR_OK);
    }
    assert_int_equal(builder->rows_count, builder->rows_capacity);
}

static void a_failed_append_leaves_the_builder_as_it_was(void **state)
{
    static struct snapshot before;
    static struct snapshot after;
    struct weir_value key = weir_text(LONG_A);
    struct weir_value value = weir_text(LONG_B);
    struct block_builder builder;
    struct block *block;
    struct chunk chunk;
    int failures = 0;

    (void)state;
    fill_builder(&builder);
    take_snapshot(&builder, &before);
    for (;; failures++) {
        weir_error error = {.struct_size = sizeof(error)};
        fault_arm(failures);
        weir_status status = block_builder_append_row(&builder, &key, value, &error);
        if (!fault_disarm()) {
            assert_int_equal(status, WEIR_OK);
            break;
        }
        assert_int_equal(status, WEIR_E_NOMEM);
        assert_non_null(strstr(error.msg, "append 1 rows"));
        take_snapshot(&builder, &after);
        assert_memory_equal(&before, &after, sizeof(before));
        /* Each failure is met by a builder that has reserved nothing yet. */
        block_builder_fini(&builder);
        fill_builder(&builder);
    }
    assert_int_equal(failures, 5); /* two vectors grown, two widened, the bytes */
    assert_int_equal(block_builder_finish(&builder, &block, NULL), WEIR_OK);
    block_view(block, 0, 65, &chunk);
    assert_row(&chunk, 0, 63, weir_int(63));
    assert_row(&chunk, 1, 63, weir_float(31.5));
    assert_row(&chunk, 0, 64, key);
    assert_row(&chunk, 1, 64, value);
    block_drop(block);
    block_builder_fini(&builder);
}

static void a_first_append_that_failed_may_be_followed_by_another_kind(void **state)
{
    int64_t ints[64] = {1};
    struct weir_value texts[64];
    struct chunk narrow = {.rows_count = 64, .columns_count = 2};
    struct chunk wide = {.rows_count = 64, .columns_count = 1};
    struct block_builder builder;
    struct block *block;
    struct chunk chunk;

    (void)state;
    for (int i = 0; i < 64; i++) {
        texts[i] = weir_text(LONG_A);
    }
    narrow.columns[0] = (struct column){COLUMN_INT, {ints}};
    narrow.columns[1] = (struct column){COLUMN_BYTES, {texts}};
    wide.columns[0] = (struct column){COLUMN_BYTES, {texts}};
    block_builder_init(&builder);
    fault_arm(2); /* both vectors are there, the bytes are not */
    weir_status status = block_builder_append(&builder, &narrow, NULL);
    assert_true(fault_disarm());
    assert_int_equal(status, WEIR_E_NOMEM);
    assert_int_equal(builder.columns_count, 0);
    assert_int_equal(block_builder_append(&builder, &wide, NULL), WEIR_OK);
    assert_int_equal(block_builder_finish(&builder, &block, NULL), WEIR_OK);
    block_view(block, 0, 64, &chunk);
    assert_row(&chunk, 0, 63, texts[63]);
    block_drop(block);
    block_builder_fini(&builder);
}

static void a_failed_finish_leaves_the_builder_as_it_was(void **state)
{
    static struct snapshot before;
    static struct snapshot after;
    struct block_builder builder;
    struct block *block = NULL;

    (void)state;
    fill_builder(&builder);
    take_snapshot(&builder, &before);
    fault_arm(0);
    weir_status status = block_builder_finish(&builder, &block, NULL);
    assert_true(fault_disarm());
    assert_int_equal(status, WEIR_E_NOMEM);
    assert_null(block);
    take_snapshot(&builder, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    block_builder_fini(&builder);
}

static void a_block_is_sealed_though_its_slack_cannot_be_given_back(void **state)
{
    struct block_builder builder;
    struct block *block;
    struct chunk chunk;
    size_t sizes[3];

    (void)state;
    for (int failing = 1; failing <= 3; failing++) { /* each vector, none */
        struct weir_value key = weir_text("k");
        fill_builder(&builder);
        assert_int_equal(block_builder_append_row(&builder, &key, weir_null(), NULL), WEIR_OK);
        fault_arm(failing);
        weir_status status = block_builder_finish(&builder, &block, NULL);
        assert_int_equal(fault_disarm(), failing < 3);
        assert_int_equal(status, WEIR_OK);
        block_view(block, 0, 65, &chunk);
        assert_row(&chunk, 0, 64, key);
        assert_row(&chunk, 1, 63, weir_float(31.5));
        sizes[failing - 1] = block->memory_bytes;
        block_drop(block);
    }
    assert_true(sizes[0] > sizes[2] && sizes[1] > sizes[2]);
}

static void a_chunk_without_living_rows_settles_nothing(void **state)
{
    struct block_builder builder;
    struct chunk chunk = {.rows_count = 0, .columns_count = 1};

    (void)state;
    block_builder_init(&builder);
    chunk.columns[0].kind = COLUMN_INT;
    assert_int_equal(block_builder_append(&builder, &chunk, NULL), WEIR_OK);
    assert_int_equal(builder.columns_count, 0);
    assert_int_equal(block_builder_append_row(&builder, NULL, weir_text("x"), NULL), WEIR_OK);
    assert_int_equal(builder.kinds[0], COLUMN_BYTES);
    assert_true(block_builder_size(&builder) > 0);
    block_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_narrow_as_their_values),
        cmocka_unit_test(a_block_of_values_owns_all_of_them),
        cmocka_unit_test(narrow_columns_are_dense),
        cmocka_unit_test(a_received_block_points_into_its_bytes_and_tells_when_it_goes),
        cmocka_unit_test(a_builder_gathers_living_rows_of_all_kinds),
        cmocka_unit_test(a_column_stays_dense_until_its_kind_changes),
        cmocka_unit_test(a_failed_append_leaves_the_builder_as_it_was),
        cmocka_unit_test(a_first_append_that_failed_may_be_followed_by_another_kind),
        cmocka_unit_test(a_failed_finish_leaves_the_builder_as_it_was),
        cmocka_unit_test(a_block_is_sealed_though_its_slack_cannot_be_given_back),
        cmocka_unit_test(a_chunk_without_living_rows_settles_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
