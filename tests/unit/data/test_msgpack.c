/* test_msgpack - values as MessagePack, both ways, and damaged input. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "data/compare.h"
#include "data/msgpack.h"
#include "data/value.h"
#include "lib/random_values.h"

#define LONG_TEXT "a text of forty bytes, and not one more."

static void assert_packed(struct weir_value value, const char *expected, size_t size)
{
    struct bytes out;

    bytes_init(&out);
    msgpack_write(&out, value);
    assert_int_equal(bytes_status(&out, NULL), WEIR_OK);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, expected, size);
    bytes_fini(&out);
}

#define ASSERT_PACKED(value, expected) assert_packed(value, expected, sizeof(expected) - 1)

static void values_take_their_shortest_form(void **state)
{
    struct weir_value items[] = {weir_text("k"), weir_int(1), weir_null(), weir_bool(true)};

    (void)state;
    ASSERT_PACKED(weir_null(), "\xC0");
    ASSERT_PACKED(weir_bool(false), "\xC2");
    ASSERT_PACKED(weir_bool(true), "\xC3");
    ASSERT_PACKED(weir_int(0), "\x00");
    ASSERT_PACKED(weir_int(127), "\x7F");
    ASSERT_PACKED(weir_int(128), "\xCC\x80");
    ASSERT_PACKED(weir_int(255), "\xCC\xFF");
    ASSERT_PACKED(weir_int(256), "\xCD\x01\x00");
    ASSERT_PACKED(weir_int(65535), "\xCD\xFF\xFF");
    ASSERT_PACKED(weir_int(65536), "\xCE\x00\x01\x00\x00");
    ASSERT_PACKED(weir_int(UINT32_MAX), "\xCE\xFF\xFF\xFF\xFF");
    ASSERT_PACKED(weir_int(INT64_C(1) << 32), "\xCF\x00\x00\x00\x01\x00\x00\x00\x00");
    ASSERT_PACKED(weir_int(INT64_MAX), "\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    ASSERT_PACKED(weir_int(-1), "\xFF");
    ASSERT_PACKED(weir_int(-32), "\xE0");
    ASSERT_PACKED(weir_int(-33), "\xD0\xDF");
    ASSERT_PACKED(weir_int(-128), "\xD0\x80");
    ASSERT_PACKED(weir_int(-129), "\xD1\xFF\x7F");
    ASSERT_PACKED(weir_int(-32768), "\xD1\x80\x00");
    ASSERT_PACKED(weir_int(-32769), "\xD2\xFF\xFF\x7F\xFF");
    ASSERT_PACKED(weir_int(INT32_MIN), "\xD2\x80\x00\x00\x00");
    ASSERT_PACKED(weir_int((int64_t)INT32_MIN - 1), "\xD3\xFF\xFF\xFF\xFF\x7F\xFF\xFF\xFF");
    ASSERT_PACKED(weir_int(INT64_MIN), "\xD3\x80\x00\x00\x00\x00\x00\x00\x00");
    ASSERT_PACKED(weir_float(1), "\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00");
    ASSERT_PACKED(weir_text(""), "\xA0");
    ASSERT_PACKED(weir_text("ab"), "\xA2"
                                   "ab");
    ASSERT_PACKED(weir_bytes("ab", 2), "\xC4\x02"
                                       "ab");
    ASSERT_PACKED(weir_text(LONG_TEXT), "\xD9\x28" LONG_TEXT);
    ASSERT_PACKED(weir_list(items, 2), "\x92\xA1k\x01");
    ASSERT_PACKED(weir_map_value(items, 2), "\x82\xA1k\x01\xC0\xC3");
    ASSERT_PACKED(weir_tuple(items, 2), "\xC7\x03\x01\xA1k\x01");
    ASSERT_PACKED(weir_tuple(NULL, 0), "\xC7\x00\x01");
}

static struct weir_value pack_and_read(struct weir_value value, struct bytes *out,
                                       struct arena *arena)
{
    struct weir_value again;
    size_t used;
    weir_error error = {.struct_size = sizeof(error)};

    bytes_clear(out);
    msgpack_write(out, value);
    assert_int_equal(bytes_status(out, NULL), WEIR_OK);
    if (msgpack_read(out->data, out->size, arena, &again, &used, &error) != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
    assert_int_equal(used, out->size);
    return again;
}

/* Equal, and of the same kinds and marks all the way down. */
static void assert_same(struct weir_value left, struct weir_value right)
{
    assert_int_equal(left.head, right.head);
    assert_true(value_equal(&left, &right));
    uint32_t count = 0;
    if (weir_kind_of(left) >= WEIR_LIST) {
        count = weir_size_of(left) * (weir_kind_of(left) == WEIR_MAP ? 2 : 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_same(left.items[i], right.items[i]);
    }
}

static void every_value_comes_back(void **state)
{
    struct random random;
    struct arena arena;
    struct bytes out;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    bytes_init(&out);
    for (int i = 0; i < 20000; i++) {
        struct weir_value value = random_value(&random, &arena, 4);
        assert_same(value, pack_and_read(value, &out, &arena));
        arena_reset(&arena);
    }
    bytes_fini(&out);
    arena_fini(&arena);
}

static void sizes_of_all_widths_come_back(void **state)
{
    static const uint32_t sizes[] = {0, 15, 16, 31, 32, 84, 85, 255, 256, 65535, 65536, 70000};
    static char text[70000];
    static struct weir_value items[2 * 70000];
    struct arena arena;
    struct bytes out;

    (void)state;
    memset(text, 't', sizeof(text));
    for (int i = 0; i < 2 * 70000; i++) {
        items[i] = weir_int(i);
    }
    arena_init(&arena);
    bytes_init(&out);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct weir_value tuple = weir_tuple(items, sizes[i]);
        assert_same(weir_text_bytes(text, sizes[i]),
                    pack_and_read(weir_text_bytes(text, sizes[i]), &out, &arena));
        assert_same(weir_bytes(text, sizes[i]),
                    pack_and_read(weir_bytes(text, sizes[i]), &out, &arena));
        assert_same(weir_list(items, sizes[i]),
                    pack_and_read(weir_list(items, sizes[i]), &out, &arena));
        assert_same(tuple, pack_and_read(tuple, &out, &arena));
        /* A tuple in a tuple is moved twice. */
        assert_same(weir_tuple(&tuple, 1), pack_and_read(weir_tuple(&tuple, 1), &out, &arena));
        struct weir_value map = pack_and_read(weir_map_value(items, sizes[i]), &out, &arena);
        assert_int_equal(weir_kind_of(map), WEIR_MAP);
        assert_int_equal(weir_size_of(map), sizes[i]);
        arena_reset(&arena);
    }
    bytes_fini(&out);
    arena_fini(&arena);
}

static void values_follow_one_another(void **state)
{
    struct arena arena;
    struct bytes out;
    struct weir_value value;
    size_t at = 0;
    size_t used;

    (void)state;
    arena_init(&arena);
    bytes_init(&out);
    for (int i = 0; i < 1000; i++) {
        msgpack_write(&out, weir_int(i));
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(msgpack_read(out.data + at, out.size - at, &arena, &value, &used, NULL),
                         WEIR_OK);
        assert_int_equal(value.integer, i);
        at += used;
    }
    assert_int_equal(at, out.size);
    bytes_fini(&out);
    arena_fini(&arena);
}

static void long_bytes_are_borrowed_from_the_data(void **state)
{
    struct arena arena;
    struct bytes out;

    (void)state;
    arena_init(&arena);
    bytes_init(&out);
    struct weir_value value = pack_and_read(weir_text(LONG_TEXT), &out, &arena);
    assert_ptr_equal(value.bytes, out.data + 2);
    bytes_fini(&out);
    arena_fini(&arena);
}

static void forms_that_are_never_written_are_read(void **state)
{
    struct arena arena;
    struct weir_value value;
    size_t used;

    (void)state;
    arena_init(&arena);
    assert_int_equal(msgpack_read("\xCA\x3F\xC0\x00\x00", 5, &arena, &value, &used, NULL), WEIR_OK);
    assert_true(weir_kind_of(value) == WEIR_FLOAT && value.number == 1.5);
    assert_int_equal(msgpack_read("\xD4\x01\x05", 3, &arena, &value, &used, NULL), WEIR_OK);
    assert_true(weir_kind_of(value) == WEIR_TUPLE && weir_size_of(value) == 1);
    assert_int_equal(msgpack_read("\xC8\x00\x02\x01\x05\x06", 6, &arena, &value, &used, NULL),
                     WEIR_OK);
    assert_true(weir_kind_of(value) == WEIR_TUPLE && value.items[1].integer == 6);
    assert_int_equal(
        msgpack_read("\xD3\x00\x00\x00\x00\x00\x00\x00\x05", 9, &arena, &value, &used, NULL),
        WEIR_OK);
    assert_int_equal(value.integer, 5);
    arena_fini(&arena);
}

#define BAD(data, story)              \
    {                                 \
        data, sizeof(data) - 1, story \
    }

static void bad_data_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *data;
        size_t size;
        const char *story;
    } cases[] = {
        BAD("", "byte 0: the data ends inside a value"),
        BAD("\xC1", "byte 0: no value starts like this"),
        BAD("\xCD\x01", "byte 1: the data ends inside a value"),
        BAD("\xCF\x80\x00\x00\x00\x00\x00\x00\x00", "byte 0: an int beyond 64 bits with sign"),
        BAD("\xA5"
            "abc",
            "byte 1: the data ends inside a value"),
        BAD("\xA2\xC3z", "byte 1: not valid UTF-8"),
        BAD("\xC6\xFF\xFF\xFF\xFF", "byte 0: a value of too large a size"),
        BAD("\xDD\x0F\xFF\xFF\xFF\x01", "byte 5: more items than there is data for"),
        BAD("\xDF\x00\x00\x00\x01\x01", "byte 5: more items than there is data for"),
        BAD("\x92\x01", "byte 1: more items than there is data for"),
        BAD("\x93\x92\x01\x02\x03", "byte 2: more items than there is data for"),
        BAD("\x92\xA1x\x91", "byte 4: more items than there is data for"),
        BAD("\x92\xA1x", "byte 3: the data ends inside a value"),
        BAD("\x93\xA1x\x91\x01", "byte 4: more items than there is data for"),
        BAD("\xD4\x02\x05", "byte 0: an extension of unknown type"),
        BAD("\xC7\x05\x01\x05", "byte 3: the data ends inside a value"),
        BAD("\xC7\x02\x01\xA2xy", "byte 4: the data ends inside a value"),
        BAD("\xC7\x02\x01\x92\x01\x02", "byte 4: more items than there is data for"),
    };
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        weir_error error = {.struct_size = sizeof(error)};
        struct weir_value value = weir_int(1);
        size_t used = 7;
        weir_status status =
            msgpack_read(cases[i].data, cases[i].size, &arena, &value, &used, &error);
        assert_int_equal(status, WEIR_E_INVAL);
        assert_string_equal(error.msg, cases[i].story);
        assert_true(weir_is_null(value));
        assert_int_equal(used, 0);
    }
    arena_fini(&arena);
}

static void lists_that_claim_much_cost_little(void **state)
{
    enum { SIZE = 64 * 1024 };
    struct arena arena;
    struct weir_value value;
    size_t used;
    uint8_t *data = mem_zalloc(SIZE);

    (void)state;
    assert_non_null(data);
    /* Lists in lists, each claiming all that is left. */
    for (int i = 0; i < 60; i++) {
        uint32_t claim = SIZE - 5 * ((uint32_t)i + 1);
        uint8_t head[5] = {0xDD, 0, (uint8_t)(claim >> 16), (uint8_t)(claim >> 8), (uint8_t)claim};
        memcpy(data + (size_t)i * 5, head, 5);
    }
    arena_init(&arena);
    assert_int_equal(msgpack_read(data, SIZE, &arena, &value, &used, NULL), WEIR_E_INVAL);
    assert_true(arena.allocated_bytes <= 2 * SIZE * sizeof(struct weir_value));
    arena_fini(&arena);
    mem_free(data);
}

/* Lists or tuples in one another, `depth` of them. */
static weir_status read_nested(uint32_t depth, bool is_tuple, bool *is_written)
{
    struct weir_value levels[100];
    struct arena arena;
    struct bytes out;
    struct weir_value again;
    size_t used;

    levels[0] = weir_int(1);
    for (uint32_t i = 1; i <= depth; i++) {
        levels[i] = is_tuple ? weir_tuple(&levels[i - 1], 1) : weir_list(&levels[i - 1], 1);
    }
    bytes_init(&out);
    arena_init(&arena);
    msgpack_write(&out, levels[depth]);
    *is_written = bytes_status(&out, NULL) == WEIR_OK;
    bytes_clear(&out);
    for (uint32_t i = 0; i < depth; i++) {
        bytes_append_byte(&out, (char)0x91);
    }
    bytes_append_byte(&out, 1);
    weir_status status = msgpack_read(out.data, out.size, &arena, &again, &used, NULL);
    arena_fini(&arena);
    bytes_fini(&out);
    return status;
}

static void nesting_is_bounded_in_both_directions(void **state)
{
    bool is_written;

    (void)state;
    for (int is_tuple = 0; is_tuple < 2; is_tuple++) {
        assert_int_equal(read_nested(VALUE_NESTING_MAX, is_tuple, &is_written), WEIR_OK);
        assert_true(is_written);
        assert_int_equal(read_nested(VALUE_NESTING_MAX + 1, is_tuple, &is_written), WEIR_E_INVAL);
        assert_false(is_written);
    }
}

static void cut_and_damaged_data_is_read_or_refused(void **state)
{
    struct random random;
    struct arena arena;
    struct bytes out;
    int refused = 0;

    (void)state;
    random_start(&random);
    arena_init(&arena);
    bytes_init(&out);
    for (int i = 0; i < 20000; i++) {
        struct weir_value value = random_value(&random, &arena, 4);
        size_t used;
        bytes_clear(&out);
        msgpack_write(&out, value);
        /* Every value ends where it ends: a part of it is none. */
        size_t size = random_below(&random, (uint32_t)out.size);
        uint8_t *damaged = mem_alloc(size); /* of its own, so that a read past its end is seen */
        assert_non_null(damaged);
        memcpy(damaged, out.data, size);
        assert_int_equal(msgpack_read(damaged, size, &arena, &value, &used, NULL), WEIR_E_INVAL);
        if (size > 0) {
            damaged[random_below(&random, (uint32_t)size)] ^=
                (uint8_t)(1u << random_below(&random, 8));
            weir_status status = msgpack_read(damaged, size, &arena, &value, &used, NULL);
            assert_true(status == WEIR_OK || status == WEIR_E_INVAL);
            assert_true(used <= size);
            refused += status != WEIR_OK;
        }
        mem_free(damaged);
        arena_reset(&arena);
    }
    assert_true(refused > 1000);
    bytes_fini(&out);
    arena_fini(&arena);
}

static void want_of_memory_is_told_wherever_it_comes(void **state)
{
    struct weir_value numbers[100] = {{0}};
    struct weir_value items[] = {weir_tuple(numbers, 100), weir_list(numbers, 100)};
    struct bytes out;
    int failures = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        numbers[i] = weir_int(i * 1000);
    }
    for (;; failures++) {
        struct arena arena;
        struct weir_value again = weir_null();
        size_t used = 0;
        weir_status status;
        bytes_init(&out);
        arena_init(&arena);
        fault_arm(failures);
        msgpack_write(&out, weir_list(items, 2));
        status = bytes_status(&out, NULL);
        if (status == WEIR_OK) {
            status = msgpack_read(out.data, out.size, &arena, &again, &used, NULL);
        }
        bool was_reached = fault_disarm();
        assert_int_equal(status, was_reached ? WEIR_E_NOMEM : WEIR_OK);
        assert_int_equal(weir_is_null(again), was_reached);
        arena_fini(&arena);
        bytes_fini(&out);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures >= 6); /* the bytes' growth, the stack's, the arena's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_take_their_shortest_form),
        cmocka_unit_test(every_value_comes_back),
        cmocka_unit_test(sizes_of_all_widths_come_back),
        cmocka_unit_test(values_follow_one_another),
        cmocka_unit_test(long_bytes_are_borrowed_from_the_data),
        cmocka_unit_test(forms_that_are_never_written_are_read),
        cmocka_unit_test(bad_data_is_refused_with_its_place),
        cmocka_unit_test(lists_that_claim_much_cost_little),
        cmocka_unit_test(nesting_is_bounded_in_both_directions),
        cmocka_unit_test(cut_and_damaged_data_is_read_or_refused),
        cmocka_unit_test(want_of_memory_is_told_wherever_it_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
