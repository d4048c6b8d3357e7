/*
 * test_state_map - versions of keyed state: what an edit changes, what it leaves, what it shares.
 */
#include "exec/state_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "lib/exec_rows.h"

#include <cmocka.h>

static uint32_t find(struct state_edit *edit, int64_t key)
{
    const struct weir_value value = weir_int(key);
    const struct column column = {.kind = COLUMN_MIXED, .values = &value};
    uint32_t entry;

    assert_int_equal(state_edit_find(edit, &column, NULL, 1, &entry, NULL), WEIR_OK);
    return entry;
}

static void put(struct state_edit *edit, int64_t key, struct weir_value value)
{
    uint32_t entry = find(edit, key);

    assert_int_equal(state_edit_put(edit, entry, value, 0, NULL), WEIR_OK);
}

static void take_out(struct state_edit *edit, int64_t key)
{
    uint32_t entry = find(edit, key);

    assert_int_equal(state_edit_remove(edit, entry, NULL), WEIR_OK);
}

static void begin(struct state_edit *edit, struct state_map *base)
{
    assert_int_equal(state_edit_begin(edit, base, NULL), WEIR_OK);
}

static struct state_map *finish(struct state_edit *edit)
{
    struct state_map *map;

    state_edit_finish(edit, &map);
    return map;
}

static void expect(const struct state_map *map, const char *wanted)
{
    struct exec_task task;
    struct bytes out = {0};

    exec_task_init(&task, 1024);
    struct capture_op *capture = exec_capture(&task.task, &out);
    assert_int_equal(state_map_push(map, &task.task, &capture->op, NULL), WEIR_OK);
    bytes_append_text(&out, "");
    assert_string_equal(out.data, wanted);
    bytes_fini(&out);
    exec_task_fini(&task);
}

static void a_version_does_not_change_when_the_next_is_made(void **state)
{
    struct state_edit edit;

    (void)state;
    begin(&edit, NULL);
    put(&edit, 1, weir_int(10));
    put(&edit, 2, weir_text("a text that does not fit inside"));
    struct state_map *first = finish(&edit);
    begin(&edit, first);
    put(&edit, 1, weir_int(11));
    take_out(&edit, 2);
    put(&edit, 3, weir_int(30));
    struct state_map *second = finish(&edit);
    expect(first, "2/0:1\n2/0:10\n2/0:2\n12/31:a text that does not fit inside\n");
    expect(second, "2/0:1\n2/0:11\n2/0:3\n2/0:30\n");
    state_map_drop(first);
    expect(second, "2/0:1\n2/0:11\n2/0:3\n2/0:30\n");
    state_map_drop(second);
}

static void an_edit_that_is_given_up_leaves_nothing(void **state)
{
    struct state_edit edit;

    (void)state;
    begin(&edit, NULL);
    put(&edit, 1, weir_int(10));
    struct state_map *first = finish(&edit);
    begin(&edit, first);
    put(&edit, 1, weir_int(11));
    put(&edit, 2, weir_int(20));
    state_edit_fini(&edit);
    begin(&edit, first);
    put(&edit, 3, weir_int(30));
    struct state_map *second = finish(&edit);
    expect(first, "2/0:1\n2/0:10\n");
    expect(second, "2/0:1\n2/0:10\n2/0:3\n2/0:30\n");
    state_map_drop(first);
    state_map_drop(second);
}

static void a_batch_copies_only_the_pages_that_it_touches(void **state)
{
    struct state_edit edit;

    (void)state;
    begin(&edit, NULL);
    for (int64_t key = 0; key < 100000; key++) {
        put(&edit, key, weir_int(key));
    }
    struct state_map *first = finish(&edit);
    assert_int_equal(first->rows_count, 100000);
    begin(&edit, first);
    put(&edit, 7, weir_int(-1));
    put(&edit, 8, weir_int(-1));
    put(&edit, 50000, weir_int(-1));
    put(&edit, 99999, weir_int(99999)); /* as it was */
    assert_int_equal(edit.pages_count, 2);
    struct state_map *second = finish(&edit);
    uint32_t shared = 0;
    for (uint32_t i = 0; i < first->nodes_count; i++) {
        shared += first->nodes[i] != NULL && first->nodes[i] == second->nodes[i];
    }
    assert_int_equal(shared, 100000 / (STATE_PAGE_ROWS * STATE_NODE_PAGES) + 1 - 2);
    state_map_drop(first);
    state_map_drop(second);
}

#define KEYS 3000

/* The value's bytes, NUL-terminated, on the heap. */
static char *text_of(const struct weir_value *value)
{
    char *text = calloc(1, (size_t)weir_size_of(*value) + 1);

    assert_non_null(text);
    return memcpy(text, weir_bytes_of(value), weir_size_of(*value));
}

/* Texts of changing length, so that pages outgrow themselves. */
static struct weir_value random_value(unsigned int *seed, char *room)
{
    uint32_t size = (uint32_t)rand_r(seed) % 200;

    memset(room, 'a' + rand_r(seed) % 26, size);
    return weir_bytes(room, size);
}

static void check_model(const struct state_edit *edit, char *const *model)
{
    for (uint32_t entry = 0; entry < state_edit_entries(edit); entry++) {
        int64_t key = state_edit_key(edit, entry).integer;
        struct weir_value value;
        int64_t time_ms;
        if (!state_edit_get(edit, entry, &value, &time_ms)) {
            assert_null(model[key]);
            continue;
        }
        assert_non_null(model[key]);
        assert_int_equal(weir_size_of(value), strlen(model[key]));
        assert_memory_equal(weir_bytes_of(&value), model[key], weir_size_of(value));
    }
}

static void many_edits_give_what_a_plain_table_gives(void **state)
{
    static char *model[KEYS];
    struct state_map *map = NULL;
    unsigned int seed = 3;
    char room[256];

    (void)state;
    for (int batch = 0; batch < 300; batch++) {
        struct state_edit edit;
        uint32_t rows_count = 0;
        begin(&edit, map);
        for (int i = 0; i < 100; i++) {
            int64_t key = rand_r(&seed) % KEYS;
            free(model[key]);
            model[key] = NULL;
            if (rand_r(&seed) % 3 == 0) {
                take_out(&edit, key);
                continue;
            }
            struct weir_value value = random_value(&seed, room);
            put(&edit, key, value);
            model[key] = text_of(&value);
        }
        state_edit_settle(&edit);
        check_model(&edit, model);
        for (int key = 0; key < KEYS; key++) {
            rows_count += model[key] != NULL;
        }
        assert_int_equal(edit.map->rows_count, rows_count);
        state_map_drop(map);
        map = finish(&edit);
    }
    state_map_drop(map);
    for (int key = 0; key < KEYS; key++) {
        free(model[key]);
    }
}

static void keys_that_are_gone_do_not_stay_in_the_table_for_ever(void **state)
{
    struct state_map *map = NULL;

    (void)state;
    for (int64_t batch = 0; batch < 200; batch++) {
        struct state_edit edit;
        begin(&edit, map);
        for (int64_t key = 0; key < 1000; key++) {
            put(&edit, batch * 1000 + key, weir_int(batch));
            if (batch > 0) {
                take_out(&edit, (batch - 1) * 1000 + key);
            }
        }
        assert_in_range(state_edit_entries(&edit), 1000, 9000);
        state_map_drop(map);
        map = finish(&edit);
        assert_int_equal(map->rows_count, 1000);
    }
    state_map_drop(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_does_not_change_when_the_next_is_made),
        cmocka_unit_test(an_edit_that_is_given_up_leaves_nothing),
        cmocka_unit_test(a_batch_copies_only_the_pages_that_it_touches),
        cmocka_unit_test(many_edits_give_what_a_plain_table_gives),
        cmocka_unit_test(keys_that_are_gone_do_not_stay_in_the_table_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
