/*
 * test_text_files - every line of every file once, wherever the splits are cut.
 */
#include <weir/function.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/action.h"
#include "lib/exec_rows.h"
#include "lib/random_values.h"

static char folder[64];
static char path[128];
static struct executor *executor;

static void write_file(const char *name, const void *data, size_t size)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

/* The lines, exactly, one behind the other. */
static void read_lines(struct executor *with, const char *from, uint64_t split_bytes,
                       struct bytes *out)
{
    struct rdd *rdd;
    struct block **blocks;
    uint32_t count = 0;
    weir_error error = {.struct_size = sizeof(error)};

    weir_status status = rdd_create_text_files(from, split_bytes, &rdd, &error);
    if (status == WEIR_OK) {
        status = action_collect(with, rdd, &blocks, &count, &error);
    }
    if (status != WEIR_OK) {
        fail_msg("%s", error.msg);
    }
    bytes_append_text(out, "");
    for (uint32_t part = 0; part < count; part++) {
        for (uint32_t row = 0; row < blocks[part]->rows_count; row++) {
            exec_append_exact(out, column_value(&blocks[part]->columns[CHUNK_VALUE], row));
        }
        block_drop(blocks[part]);
    }
    mem_free(blocks);
    rdd_drop(rdd);
}

/* The lines of a text by the plainest of readers. */
static void plain_lines(const char *text, size_t size, struct bytes *out)
{
    size_t start = 0;

    bytes_append_text(out, "");
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            exec_append_exact(out, weir_text_bytes(text + start, (uint32_t)(i - start)));
            i += text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';
            start = i + 1;
        }
    }
    if (start < size) {
        exec_append_exact(out, weir_text_bytes(text + start, (uint32_t)(size - start)));
    }
}

static void assert_lines(const char *text, size_t size, uint64_t split_bytes)
{
    struct bytes expected = {0};
    struct bytes actual = {0};

    plain_lines(text, size, &expected);
    read_lines(executor, path, split_bytes, &actual);
    if (actual.size != expected.size || memcmp(actual.data, expected.data, actual.size) != 0) {
        fail_msg("splits of %u bytes of a file of %zu: \"%.300s\" gave\n%.1000s",
                 (unsigned)split_bytes, size, text, actual.data);
    }
    bytes_fini(&expected);
    bytes_fini(&actual);
}

static void a_split_may_be_cut_at_every_byte(void **state)
{
    static const char *const files[] = {
        "",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\r\r",
        "\n\r",
        "\r\n\r\n",
        "\r\r\n\n",
        "a",
        "a\n",
        "a\r",
        "a\r\n",
        "\na",
        "\r\na",
        "a\nb",
        "a\rb\r",
        "a\r\nb",
        "one\ntwo\r\nthree\rfour\n\n\r\n\rfive",
        "\n\n\nabc\r\n\r\n\r\ndefghijklmnopqrstuvwxyz\r\r\rlast\r\n",
        "a line that is longer than twelve bytes\r\nand \xC3\xA9\xE2\x82\xAC one more\nx",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        size_t size = strlen(files[i]);
        write_file("small", files[i], size);
        for (uint64_t split_bytes = 0; split_bytes <= 50; split_bytes++) {
            assert_lines(files[i], size, split_bytes);
        }
    }
}

static void any_mixture_of_line_ends_gives_each_line_once(void **state)
{
    static const char letters[] = "\n\n\r\r\nab";
    struct random random;

    (void)state;
    random_start(&random);
    for (int round = 0; round < 300; round++) {
        char text[40];
        uint32_t size = random_below(&random, sizeof(text));
        for (uint32_t i = 0; i < size; i++) {
            text[i] = letters[random_below(&random, 7)];
        }
        write_file("mixed", text, size);
        assert_lines(text, size, 1 + random_below(&random, 12));
        assert_lines(text, size, 0);
    }
}

/* Lines about the size of a piece (256 KiB), and a line end on each place around its border. */
static void lines_may_be_longer_than_a_piece_and_end_at_its_border(void **state)
{
    enum { PIECE = 256 * 1024, SIZE = 3 * PIECE };
    char *text = malloc(SIZE);

    (void)state;
    assert_non_null(text);
    for (int shift = -2; shift <= 2; shift++) {
        memset(text, 'x', SIZE);
        text[PIECE + shift] = '\r';
        text[PIECE + shift + 1] = '\n';
        text[2 * PIECE + shift] = '\r';
        text[SIZE - 5] = '\n';
        write_file("long", text, SIZE);
        assert_lines(text, SIZE, 0);
        assert_lines(text, SIZE, PIECE);
        assert_lines(text, SIZE, PIECE - 1);
        assert_lines(text, SIZE, 100000);
    }
    memset(text, 'y', SIZE); /* one line, no end */
    write_file("long", text, SIZE);
    assert_lines(text, SIZE, 0);
    assert_lines(text, SIZE, 300000);
    free(text);
}

static void short_lines_fill_many_pieces(void **state)
{
    enum { SIZE = 700000 };
    static char text[SIZE];
    struct random random;

    (void)state;
    random_start(&random);
    for (uint32_t i = 0; i < SIZE; i++) {
        uint32_t kind = random_below(&random, 40);
        text[i] = kind == 0 ? '\n' : kind == 1 ? '\r' : (char)('a' + kind % 26);
    }
    write_file("many", text, SIZE);
    assert_lines(text, SIZE, 0);
    assert_lines(text, SIZE, 1 + random_below(&random, SIZE));
    assert_lines(text, SIZE, 65536);
}

static void a_line_is_text_when_it_is_utf8(void **state)
{
    struct bytes out = {0};

    (void)state;
    write_text("bytes", "ok\n\xFF\nagain \xC3\xA9\n\xC3");
    read_lines(executor, path, 0, &out);
    assert_string_equal(out.data, "12/2:ok\n4/1:\xFF\n12/8:again \xC3\xA9\n4/1:\xC3\n");
    bytes_fini(&out);
}

static void workers_and_chunks_do_not_change_the_lines(void **state)
{
    struct bytes expected = {0};

    (void)state;
    write_text("work", "a\nbb\r\nccc\rdddd\n\neeeee eeeee eeeee\nf");
    read_lines(executor, path, 5, &expected);
    for (uint32_t chunk_rows = 1; chunk_rows < 5; chunk_rows++) {
        struct executor *other = exec_start(chunk_rows, chunk_rows);
        struct bytes actual = {0};
        read_lines(other, path, 5, &actual);
        assert_string_equal(actual.data, expected.data);
        bytes_fini(&actual);
        executor_destroy(other);
    }
    bytes_fini(&expected);
}

static void expect_path(const char *name, const char *expected)
{
    struct bytes out = {0};
    char wanted[256];

    snprintf(wanted, sizeof(wanted), "%s/%s", folder, name);
    read_lines(executor, wanted, 0, &out);
    assert_string_equal(out.data, expected);
    bytes_fini(&out);
}

static void a_folder_is_its_visible_files_in_the_order_of_names(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s/in", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/in/inner", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_text("in/b.txt", "b");
    write_text("in/a.txt", "a\n");
    write_text("in/c.log", "c");
    write_text("in/.hidden", "h");
    write_text("in/_SUCCESS", "s");
    write_text("in/inner/deep.txt", "d");
    write_text("in/empty", "");
    expect_path("in", "12/1:a\n12/1:b\n12/1:c\n");
    expect_path("in/", "12/1:a\n12/1:b\n12/1:c\n");
    expect_path("in/*.txt", "12/1:a\n12/1:b\n");
    expect_path("in/[ac].*", "12/1:a\n12/1:c\n");
    expect_path("i*", "12/1:a\n12/1:b\n12/1:c\n");
    expect_path("in/_SUCCESS", "12/1:s\n"); /* named in full */
    expect_path("in/empty", "");
}

static void a_globs_hidden_names_are_not_read(void **state)
{
    (void)state;
    expect_path("in/*", "12/1:a\n12/1:b\n12/1:c\n12/1:d\n"); /* inner is a folder that matches */
    expect_path("in/_*", "12/1:s\n");
}

static void what_does_not_exist_is_named(void **state)
{
    static const char *const names[] = {"missing", "missing/*", "in/*.none"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        char wanted[256];
        struct rdd *rdd = NULL;
        weir_error error = {.struct_size = sizeof(error)};

        snprintf(wanted, sizeof(wanted), "%s/%s", folder, names[i]);
        assert_int_equal(rdd_create_text_files(wanted, 0, &rdd, &error), WEIR_E_IO);
        assert_non_null(strstr(error.msg, wanted));
        assert_null(rdd);
    }
}

static void a_file_that_goes_away_fails_the_job_and_is_named(void **state)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdd;
    char *text;

    (void)state;
    write_text("gone", "x");
    assert_int_equal(rdd_create_text_files(path, 0, &rdd, NULL), WEIR_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_IO);
    assert_non_null(strstr(error.msg, path));
    rdd_drop(rdd);
}

static void a_file_that_may_not_be_read_fails_the_job(void **state)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct rdd *rdd;
    char *text;

    (void)state;
    uid_t user = geteuid();
    write_text("shut", "x");
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(rdd_create_text_files(path, 0, &rdd, NULL), WEIR_OK);
    if (user == 0) { /* root may read all: be nobody for a while */
        assert_int_equal(seteuid(65534), 0);
    }
    assert_int_equal(exec_try_text(executor, rdd, &text, &error), WEIR_E_IO);
    assert_int_equal(seteuid(user), 0);
    assert_non_null(strstr(error.msg, path));
    rdd_drop(rdd);
}

/* A file that shrank since it was listed: its splits end where it does. */
static void a_file_that_shrank_gives_what_is_left(void **state)
{
    struct rdd *rdd;

    (void)state;
    write_text("shrank", "aa\nbb\ncc\ndd\n");
    assert_int_equal(rdd_create_text_files(path, 4, &rdd, NULL), WEIR_OK);
    assert_int_equal(truncate(path, 4), 0);
    exec_expect(executor, rdd, "aa b |  | ");
    rdd_drop(rdd);
}

/* One step fails in its turn, reads included; a failed task is tried again and may be right. */
static void whichever_step_fails_the_lines_are_right_or_it_tells(void **state)
{
    struct executor *one = exec_start(1, 2);
    int failures = 0;

    (void)state;
    write_text("fault", "a\nbb\r\nccc\n");
    for (;; failures++) {
        struct rdd *rdd = NULL;
        struct block **blocks = NULL;
        uint32_t count = 0;
        uint32_t rows_count = 0;

        fault_arm(failures);
        weir_status status = rdd_create_text_files(path, 3, &rdd, NULL);
        if (status == WEIR_OK) {
            status = action_collect(one, rdd, &blocks, &count, NULL);
        }
        bool was_reached = fault_disarm();
        assert_true(was_reached || status == WEIR_OK);
        for (uint32_t i = 0; blocks != NULL && i < count; i++) {
            rows_count += blocks[i]->rows_count;
            block_drop(blocks[i]);
        }
        mem_free(blocks);
        rdd_drop(rdd);
        assert_int_equal(rows_count, status == WEIR_OK ? 3 : 0);
        if (!was_reached) {
            break;
        }
    }
    assert_true(failures > 15);
    executor_destroy(one);
}

static int begin_all(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/weir-text-XXXXXX");
    executor = exec_start(2, 0);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int end_all(void **state)
{
    (void)state;
    executor_destroy(executor);
    return dir_remove_all(folder, NULL) == WEIR_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_split_may_be_cut_at_every_byte),
        cmocka_unit_test(any_mixture_of_line_ends_gives_each_line_once),
        cmocka_unit_test(lines_may_be_longer_than_a_piece_and_end_at_its_border),
        cmocka_unit_test(short_lines_fill_many_pieces),
        cmocka_unit_test(a_line_is_text_when_it_is_utf8),
        cmocka_unit_test(workers_and_chunks_do_not_change_the_lines),
        cmocka_unit_test(a_folder_is_its_visible_files_in_the_order_of_names),
        cmocka_unit_test(a_globs_hidden_names_are_not_read),
        cmocka_unit_test(what_does_not_exist_is_named),
        cmocka_unit_test(a_file_that_goes_away_fails_the_job_and_is_named),
        cmocka_unit_test(a_file_that_may_not_be_read_fails_the_job),
        cmocka_unit_test(a_file_that_shrank_gives_what_is_left),
        cmocka_unit_test(whichever_step_fails_the_lines_are_right_or_it_tells),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
