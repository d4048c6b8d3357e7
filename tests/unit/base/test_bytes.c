/* test_bytes - appends, failures and taking the text. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

static void grows_with_what_is_appended(void **state)
{
    struct bytes bytes = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        bytes_append_text(&bytes, "ab");
        bytes_append_byte(&bytes, '\0');
        bytes_append(&bytes, "cd", 2);
        assert_int_equal(bytes.size, (i + 1) * 5);
        assert_int_equal(bytes.data[bytes.size], '\0');
    }
    for (size_t i = 0; i < 1000; i++) {
        assert_memory_equal(bytes.data + i * 5, "ab\0cd", 5);
    }
    assert_int_equal(bytes_status(&bytes, NULL), WEIR_OK);
    bytes_fini(&bytes);
}

static void prints_texts_of_any_length(void **state)
{
    struct bytes bytes;
    char text[1001];

    (void)state;
    memset(text, 'x', 1000);
    for (int size = 0; size <= 1000; size += 9) {
        bytes_init(&bytes);
        bytes_printf(&bytes, "%d:%.*s", 7, size, text);
        assert_int_equal(bytes.size, size + 2);
        assert_int_equal(strlen(bytes.data), bytes.size);
        bytes_printf(&bytes, "!");
        assert_int_equal(bytes.data[size + 2], '!');
        bytes_fini(&bytes);
    }
}

static void lets_its_owner_write_into_the_room_it_made(void **state)
{
    struct bytes bytes = {0};
    char *room;
    char *text;

    (void)state;
    bytes_append_text(&bytes, "a");
    room = bytes_reserve(&bytes, 200);
    assert_ptr_equal(room, bytes.data + 1);
    memset(room, 'b', 200);
    bytes.size += 200;
    text = bytes_take(&bytes);
    assert_int_equal(strlen(text), 201);
    mem_free(text);
}

static void gives_its_text_away_and_is_empty_then(void **state)
{
    struct bytes bytes = {0};
    char *text = bytes_take(&bytes);

    (void)state;
    assert_string_equal(text, "");
    mem_free(text);
    bytes_append_text(&bytes, "weir");
    text = bytes_take(&bytes);
    assert_string_equal(text, "weir");
    assert_null(bytes.data);
    assert_int_equal(bytes.size, 0);
    mem_free(text);
}

static void keeps_its_memory_when_cleared(void **state)
{
    struct bytes bytes = {0};

    (void)state;
    bytes_clear(&bytes);
    bytes_append_text(&bytes, "some");
    bytes_clear(&bytes);
    assert_int_equal(bytes.size, 0);
    fault_arm(0);
    bytes_append_text(&bytes, "more");
    assert_false(fault_disarm());
    assert_string_equal(bytes.data, "more");
    bytes_fini(&bytes);
}

static void takes_nothing_more_once_an_append_failed(void **state)
{
    struct bytes bytes = {0};
    weir_error error = {0};
    char large[100] = {0};

    (void)state;
    bytes_append_text(&bytes, "ab");
    fault_arm(0);
    bytes_append(&bytes, large, sizeof(large));
    assert_true(fault_disarm());
    bytes_append_text(&bytes, "c");
    bytes_printf(&bytes, "%d", 1);
    assert_null(bytes_reserve(&bytes, 1));
    assert_string_equal(bytes.data, "ab");
    assert_int_equal(bytes_status(&bytes, &error), WEIR_E_NOMEM);
    bytes_clear(&bytes);
    assert_int_equal(bytes_status(&bytes, &error), WEIR_OK);
    bytes_append_text(&bytes, "c");
    assert_string_equal(bytes.data, "c");
    bytes_fini(&bytes);
}

static void gives_no_text_when_it_failed_whichever_step_did(void **state)
{
    int failures = 0;

    (void)state;
    for (;; failures++) {
        struct bytes bytes = {0};
        char *text;

        fault_arm(failures);
        bytes_append_text(&bytes, "first");
        bytes_printf(&bytes, "%100s", "second");
        text = bytes_take(&bytes);
        if (!fault_disarm()) {
            assert_int_equal(strlen(text), 105);
            mem_free(text);
            break;
        }
        assert_null(text);
        assert_null(bytes.data);
        assert_false(bytes.failed);
    }
    assert_int_equal(failures, 2);
}

static void refuses_room_beyond_any_size(void **state)
{
    struct bytes bytes = {0};

    (void)state;
    bytes_append_text(&bytes, "a");
    assert_null(bytes_reserve(&bytes, SIZE_MAX));
    assert_true(bytes.failed);
    bytes_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_with_what_is_appended),
        cmocka_unit_test(prints_texts_of_any_length),
        cmocka_unit_test(lets_its_owner_write_into_the_room_it_made),
        cmocka_unit_test(gives_its_text_away_and_is_empty_then),
        cmocka_unit_test(keeps_its_memory_when_cleared),
        cmocka_unit_test(takes_nothing_more_once_an_append_failed),
        cmocka_unit_test(gives_no_text_when_it_failed_whichever_step_did),
        cmocka_unit_test(refuses_room_beyond_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
