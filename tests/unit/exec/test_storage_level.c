/*
 * test_storage_level - names, texts and the rules of persist.
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

#include "exec/rdd_persist.h"
#include "lib/exec_rows.h"
#include "plan/storage_level.h"

static void names_are_read_and_printed(void **state)
{
    static const struct {
        const char *name;
        enum storage_level level;
        const char *printed;
        const char *text;
        const char *description;
    } cases[] = {
        {"NONE", STORAGE_NONE, "NONE", "StorageLevel(1 replicas)", "Serialized 1x Replicated"},
        {"DISK_ONLY", STORAGE_DISK_ONLY, "DISK_ONLY", "StorageLevel(disk, 1 replicas)",
         "Disk Serialized 1x Replicated"},
        {"DISK_ONLY_2", STORAGE_DISK_ONLY, "DISK_ONLY", "StorageLevel(disk, 1 replicas)",
         "Disk Serialized 1x Replicated"},
        {"DISK_ONLY_3", STORAGE_DISK_ONLY, "DISK_ONLY", "StorageLevel(disk, 1 replicas)",
         "Disk Serialized 1x Replicated"},
        {"MEMORY_ONLY", STORAGE_MEMORY_ONLY, "MEMORY_ONLY",
         "StorageLevel(memory, deserialized, 1 replicas)", "Memory Deserialized 1x Replicated"},
        {"MEMORY_ONLY_2", STORAGE_MEMORY_ONLY, "MEMORY_ONLY",
         "StorageLevel(memory, deserialized, 1 replicas)", "Memory Deserialized 1x Replicated"},
        {"MEMORY_ONLY_SER", STORAGE_MEMORY_ONLY_SER, "MEMORY_ONLY_SER",
         "StorageLevel(memory, 1 replicas)", "Memory Serialized 1x Replicated"},
        {"MEMORY_AND_DISK", STORAGE_MEMORY_AND_DISK, "MEMORY_AND_DISK",
         "StorageLevel(disk, memory, deserialized, 1 replicas)",
         "Disk Memory Deserialized 1x Replicated"},
        {"MEMORY_AND_DISK_SER_2", STORAGE_MEMORY_AND_DISK_SER, "MEMORY_AND_DISK_SER",
         "StorageLevel(disk, memory, 1 replicas)", "Disk Memory Serialized 1x Replicated"},
        {"OFF_HEAP", STORAGE_OFF_HEAP, "OFF_HEAP",
         "StorageLevel(disk, memory, offheap, 1 replicas)",
         "Disk Memory (off heap) Serialized 1x Replicated"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum storage_level level = STORAGE_NONE;
        struct bytes text = {0};

        assert_int_equal(storage_level_parse(cases[i].name, &level, NULL), WEIR_OK);
        assert_int_equal(level, cases[i].level);
        assert_string_equal(storage_level_name(level), cases[i].printed);
        storage_level_text(level, &text);
        assert_string_equal(text.data, cases[i].text);
        bytes_clear(&text);
        storage_level_description(level, &text);
        assert_string_equal(text.data, cases[i].description);
        bytes_fini(&text);
    }
}

static void other_names_are_refused_with_the_name(void **state)
{
    static const char *const names[] = {"",           "memory_only",  "MEMORY_ONLY_3",
                                        "MEMORY",     "NONE_2",       "OFF_HEAP_2",
                                        "DISK_ONLY_", "DISK_ONLY_22", "X"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        weir_error error = {.struct_size = sizeof(error)};
        enum storage_level level;
        char expected[64];

        snprintf(expected, sizeof(expected), "invalid StorageLevel: %s", names[i]);
        assert_int_equal(storage_level_parse(names[i], &level, &error), WEIR_E_INVAL);
        assert_string_equal(error.msg, expected);
    }
}

static void a_level_is_changed_only_after_unpersist(void **state)
{
    const char *const rows[] = {"[1, 2]", "[3]"};
    struct executor *executor = exec_start(1, 0);
    struct rdd *rdd = exec_leaf(rows, 2, false);
    weir_error error = {.struct_size = sizeof(error)};
    struct executor_counters counters;

    (void)state;
    assert_int_equal(rdd_storage_level(rdd), STORAGE_NONE);
    assert_int_equal(rdd_persist(rdd, STORAGE_MEMORY_ONLY, &error), WEIR_OK);
    assert_int_equal(rdd_persist(rdd, STORAGE_MEMORY_ONLY, &error), WEIR_OK);
    assert_int_equal(rdd_persist(rdd, STORAGE_DISK_ONLY, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg, "cannot change storage level of an RDD after it was already "
                                   "assigned a level");
    assert_int_equal(rdd_storage_level(rdd), STORAGE_MEMORY_ONLY);
    exec_expect(executor, rdd, "1 2 | 3");
    executor_counters(executor, &counters);
    assert_true(counters.blocks_stored_bytes > 0);
    rdd_unpersist(executor, rdd);
    executor_counters(executor, &counters);
    assert_int_equal(counters.blocks_stored_bytes, 0);
    assert_int_equal(rdd_storage_level(rdd), STORAGE_NONE);
    assert_int_equal(rdd_persist(rdd, STORAGE_DISK_ONLY, &error), WEIR_OK);
    exec_expect(executor, rdd, "1 2 | 3");
    executor_counters(executor, &counters);
    assert_int_equal(counters.blocks_stored_bytes, 0);
    assert_true(counters.disk_stored_bytes > 0);
    rdd_drop(rdd);
    executor_counters(executor, &counters);
    assert_int_equal(counters.disk_stored_bytes, 0);
    executor_destroy(executor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_printed),
        cmocka_unit_test(other_names_are_refused_with_the_name),
        cmocka_unit_test(a_level_is_changed_only_after_unpersist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
