/* The files receiver by Spark's rules, in a test host, over real folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folders.h"

static struct test_host *spark_receiver(const char *path)
{
    struct test_host *host = test_host_create("files");

    test_host_text(host, "path", path);
    test_host_text(host, "mode", "spark");
    test_host_set_clock(host, (int64_t)12000 * MS);
    test_host_use_ticks(host, 14000, 2000);
    return host;
}

static void put(const char *name, int64_t modified_ms)
{
    write_at(path_in(outside, "moving"), "w", strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
    assert_int_equal(rename(path_in(outside, "moving"), path_in(folder, name)), 0);
    set_modified_ms(name, modified_ms);
}

static void expect_batch(struct test_host *host, size_t index, const char *value, uint64_t batch)
{
    assert_string_equal(test_host_record(host, index)->value, value);
    assert_int_equal(test_host_record(host, index)->batch, batch);
}

static void follow_five_batches(struct test_host *host)
{
    char name[8];

    put("0", 10000);
    test_host_number(host, "new_files_only", 0);
    test_host_start(host);
    for (int batch = 1; batch <= 5; batch++) {
        snprintf(name, sizeof(name), "%d", batch);
        put(name, 11000 + 2000 * batch);
        test_host_tick(host);
    }
    test_host_end(host);
    assert_int_equal(test_host_records_count(host), 6);
    expect_batch(host, 0, "0", 1);
    for (int batch = 1; batch <= 5; batch++) {
        snprintf(name, sizeof(name), "%d", batch);
        expect_batch(host, (size_t)batch, name, (uint64_t)batch);
    }
    test_host_destroy(host);
}

static void each_batch_takes_the_files_modified_in_its_interval(void **state)
{
    (void)state;
    follow_five_batches(spark_receiver(folder));
}

static void also_with_a_host_that_cannot_tell_when_an_interval_ends(void **state)
{
    struct test_host *host = spark_receiver(folder);

    (void)state;
    test_host_use_old_ticks(host, 14000, 2000);
    follow_five_batches(host);
}

static void a_pattern_names_folders_and_not_the_files_beside_them(void **state)
{
    char pattern[128];
    struct test_host *host;

    (void)state;
    assert_int_equal(mkdir(path_in(folder, "tmp1"), 0700), 0);
    put("0", 12500);
    snprintf(pattern, sizeof(pattern), "%s/*/", folder);
    host = spark_receiver(pattern);
    test_host_start(host);
    put("tmp1/1", 13000);
    test_host_tick(host);
    put("tmp1/2", 15000);
    assert_int_equal(mkdir(path_in(folder, "tmp2"), 0700), 0);
    test_host_tick(host);
    put("tmp2/3", 17000);
    test_host_tick(host);
    test_host_end(host);
    assert_int_equal(test_host_records_count(host), 3);
    expect_batch(host, 0, "1", 1);
    expect_batch(host, 1, "2", 2);
    expect_batch(host, 2, "3", 3);
    test_host_destroy(host);
}

static void hidden_late_and_old_files_are_never_taken_and_future_ones_in_time(void **state)
{
    struct test_host *host = spark_receiver(folder);
    int64_t batch_ms = 14000;

    (void)state;
    put("before", 11000);
    put(".hidden", 13000);
    put("future", 99000);
    put("a", 13000);
    put("b._COPYING_", 13000);
    test_host_start(host);
    for (; batch_ms <= 110000; batch_ms += 2000) {
        if (batch_ms == 76000) {
            put("late", 13500);
        }
        test_host_tick(host);
    }
    test_host_end(host);
    assert_int_equal(test_host_records_count(host), 3);
    expect_batch(host, 0, "a", 1);
    expect_batch(host, 1, "b._COPYING_", 1);
    expect_batch(host, 2, "future", (100000 - 14000) / 2000 + 1);
    test_host_destroy(host);
}

static void a_file_that_changes_is_read_again_only_when_it_is_forgotten(void **state)
{
    struct test_host *host = spark_receiver(folder);

    (void)state;
    test_host_number(host, "remember", (int64_t)3000 * MS); /* two batches */
    put("x", 13000);
    test_host_start(host);
    test_host_tick(host); /* 14000: taken */
    set_modified_ms("x", 15000);
    test_host_tick(host); /* 16000 */
    set_modified_ms("x", 17000);
    test_host_tick(host); /* 18000 */
    set_modified_ms("x", 19000);
    test_host_tick(host); /* 20000 */
    set_modified_ms("x", 21000);
    test_host_tick(host); /* 22000: forgotten */
    test_host_end(host);
    assert_int_equal(test_host_records_count(host), 2);
    expect_batch(host, 1, "x", 5);
    test_host_destroy(host);
}

static void a_missing_folder_gives_empty_batches_and_a_warning(void **state)
{
    struct test_host *host = spark_receiver(path_in(folder, "missing"));

    (void)state;
    test_host_start(host);
    test_host_tick(host);
    test_host_tick(host);
    test_host_wait_log(host, "missing: no such folder");
    test_host_end(host);
    assert_int_equal(test_host_records_count(host), 0);
    test_host_destroy(host);
}

static void an_empty_file_is_taken_with_a_warning(void **state)
{
    struct test_host *host = spark_receiver(folder);

    (void)state;
    write_in("empty", "");
    set_modified_ms("empty", 13000);
    test_host_start(host);
    test_host_tick(host);
    test_host_wait_log(host, "empty is empty");
    test_host_destroy(host);
}

static void without_a_rhythm_every_look_is_a_batch(void **state)
{
    struct test_host *host = test_host_create("files");

    (void)state;
    test_host_text(host, "path", folder);
    test_host_number(host, "poll", 2 * MS);
    test_host_text(host, "mode", "spark");
    test_host_number(host, "new_files_only", 0);
    move_in("x", "x\n");
    test_host_start(host);
    test_host_wait_records(host, 1);
    move_in("y", "y\n");
    test_host_wait_records(host, 2);
    assert_int_equal(test_host_end(host), WEIR_OK);
    test_host_expect_values(host, "x|y");
    test_host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDERS(each_batch_takes_the_files_modified_in_its_interval),
        IN_FOLDERS(also_with_a_host_that_cannot_tell_when_an_interval_ends),
        IN_FOLDERS(a_pattern_names_folders_and_not_the_files_beside_them),
        IN_FOLDERS(hidden_late_and_old_files_are_never_taken_and_future_ones_in_time),
        IN_FOLDERS(a_file_that_changes_is_read_again_only_when_it_is_forgotten),
        IN_FOLDERS(a_missing_folder_gives_empty_batches_and_a_warning),
        IN_FOLDERS(an_empty_file_is_taken_with_a_warning),
        IN_FOLDERS(without_a_rhythm_every_look_is_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
