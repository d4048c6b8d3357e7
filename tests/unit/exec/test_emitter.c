/*
 * test_emitter - rows gathered to chunks, memory lent to functions, failures told.
 */
#include <weir/function.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "exec/emitter.h"
#include "lib/exec_rows.h"

struct fixture {
    struct exec_task task;
    struct bytes out;
    struct capture_op *capture;
    struct emitter emitter;
};

static void begin(struct fixture *fixture, uint32_t chunk_rows, bool is_pairs)
{
    memset(fixture, 0, sizeof(*fixture));
    exec_task_init(&fixture->task, chunk_rows);
    fixture->capture = exec_capture(&fixture->task.task, &fixture->out);
    assert_int_equal(
        emitter_init(&fixture->emitter, &fixture->task.task, &fixture->capture->op, is_pairs, NULL),
        WEIR_OK);
}

static void end(struct fixture *fixture)
{
    emitter_fini(&fixture->emitter);
    bytes_fini(&fixture->out);
    exec_task_fini(&fixture->task);
}

static void rows_go_on_in_chunks_and_the_rest_at_the_end(void **state)
{
    struct fixture fixture;
    struct emitter *emitter = &fixture.emitter;

    (void)state;
    begin(&fixture, 3, false);
    for (int i = 0; i < 7; i++) {
        weir_emit(&emitter->out, weir_int(i));
        assert_int_equal(emitter_row_done(emitter, NULL), WEIR_OK);
        assert_int_equal(emitter_count(emitter), i + 1);
    }
    assert_int_equal(fixture.capture->pushes_count, 2);
    assert_int_equal(emitter_finish(emitter, NULL), WEIR_OK);
    assert_int_equal(fixture.capture->pushes_count, 3);
    assert_int_equal(fixture.capture->rows_max, 3);
    assert_string_equal(fixture.out.data, "2/0:0\n2/0:1\n2/0:2\n2/0:3\n2/0:4\n2/0:5\n2/0:6\n");
    end(&fixture);
}

static void values_of_all_kinds_come_through_whatever_the_chunk_mixes(void **state)
{
    struct fixture fixture;
    struct emitter *emitter = &fixture.emitter;

    (void)state;
    begin(&fixture, 2, true);
    weir_emit_pair(&emitter->out, weir_int(1), weir_float(0.5));
    weir_emit_pair(&emitter->out, weir_int(2), weir_float(1.5));
    weir_emit_pair(&emitter->out, weir_text("a"), weir_null());
    weir_emit_pair(&emitter->out, weir_float(2.5), weir_bool(true));
    weir_emit_pair(&emitter->out, weir_bytes("b", 1), weir_int(3));
    assert_int_equal(emitter_finish(emitter, NULL), WEIR_OK);
    assert_string_equal(fixture.out.data, "2/0:1\n3/0:0.5\n2/0:2\n3/0:1.5\n"
                                          "12/1:a\n0/0:null\n3/0:2.5\n1/0:true\n4/1:b\n2/0:3\n");
    end(&fixture);
}

/* Under ASan a use of memory that was let go too early shows. */
static void memory_lives_until_the_rows_have_been_pushed(void **state)
{
    struct fixture fixture;
    struct emitter *emitter = &fixture.emitter;
    struct bytes expected = {0};
    size_t most = 0;

    (void)state;
    begin(&fixture, 1000, false);
    for (int i = 0; i < 3000; i++) {
        char *memory = weir_emitter_memory(&emitter->out, 1000);
        assert_true(((uintptr_t)memory & 15) == 0);
        memset(memory, 'a' + i % 26, 1000);
        weir_emit(&emitter->out, weir_bytes(memory, 1000));
        exec_append_exact(&expected, weir_bytes(memory, 1000));
        assert_int_equal(emitter_row_done(emitter, NULL), WEIR_OK);
        if (emitter->scratch.allocated_bytes > most) {
            most = emitter->scratch.allocated_bytes;
        }
    }
    assert_int_equal(emitter_finish(emitter, NULL), WEIR_OK);
    assert_int_equal(fixture.out.size, expected.size);
    assert_memory_equal(fixture.out.data, expected.data, expected.size);
    assert_true(most < 3000 * 1000 / 2); /* it is let go on the way */
    bytes_fini(&expected);
    end(&fixture);
}

static void the_first_failure_counts_and_nothing_goes_on_after_it(void **state)
{
    struct fixture fixture;
    struct emitter *emitter = &fixture.emitter;
    weir_error error = {.struct_size = sizeof(error)};

    (void)state;
    begin(&fixture, 2, false);
    weir_emit(&emitter->out, weir_int(1));
    weir_emit_error(&emitter->out, "the first");
    weir_emit_error(&emitter->out, "the second");
    assert_true(emitter->out.is_failed);
    for (int i = 0; i < 5; i++) {
        weir_emit(&emitter->out, weir_int(2)); /* a function may go on after its error */
    }
    assert_int_equal(emitter_row_done(emitter, &error), WEIR_E_INVAL);
    assert_string_equal(error.msg, "the first");
    assert_int_equal(emitter_finish(emitter, NULL), WEIR_E_INVAL);
    assert_int_equal(fixture.capture->pushes_count, 0);
    end(&fixture);
}

static void an_error_without_a_reason_is_an_error(void **state)
{
    struct fixture fixture;
    weir_error error = {.struct_size = sizeof(error)};

    (void)state;
    begin(&fixture, 2, false);
    weir_emit_error(&fixture.emitter.out, NULL);
    assert_int_equal(emitter_row_done(&fixture.emitter, &error), WEIR_E_INVAL);
    assert_true(error.msg[0] != '\0');
    end(&fixture);
}

static void a_chain_that_wants_no_more_is_told_upwards(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, 1, false);
    fixture.capture->rows_wanted = 2;
    for (int i = 0; i < 5; i++) {
        weir_emit(&fixture.emitter.out, weir_int(i));
    }
    assert_int_equal(emitter_row_done(&fixture.emitter, NULL), WEIR_STOPPING);
    assert_true(fixture.emitter.out.is_failed);
    assert_string_equal(fixture.out.data, "2/0:0\n2/0:1\n");
    end(&fixture);
}

static void a_reduce_function_must_not_emit(void **state)
{
    struct exec_task task;
    struct emitter emitter;

    (void)state;
    exec_task_init(&task, 2);
    assert_int_equal(emitter_init(&emitter, &task.task, NULL, false, NULL), WEIR_OK);
    assert_non_null(weir_emitter_memory(&emitter.out, 10));
    assert_int_equal(emitter_row_done(&emitter, NULL), WEIR_OK);
    weir_emit(&emitter.out, weir_int(1));
    assert_int_equal(emitter_finish(&emitter, NULL), WEIR_E_INVAL);
    emitter_fini(&emitter);
    exec_task_fini(&task);
}

static void without_memory_a_scratch_is_lent_and_the_task_fails(void **state)
{
    struct fixture fixture;
    weir_error error = {.struct_size = sizeof(error)};

    (void)state;
    begin(&fixture, 2, false);
    fault_arm(0);
    char *memory = weir_emitter_memory(&fixture.emitter.out, 64 * 1024);
    assert_true(fault_disarm());
    assert_non_null(memory);
    memset(memory, 'x', 64 * 1024);
    fault_arm(0);
    assert_null(weir_emitter_memory(&fixture.emitter.out, 64 * 1024 + 1));
    assert_true(fault_disarm());
    assert_int_equal(emitter_row_done(&fixture.emitter, &error), WEIR_E_NOMEM);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_on_in_chunks_and_the_rest_at_the_end),
        cmocka_unit_test(values_of_all_kinds_come_through_whatever_the_chunk_mixes),
        cmocka_unit_test(memory_lives_until_the_rows_have_been_pushed),
        cmocka_unit_test(the_first_failure_counts_and_nothing_goes_on_after_it),
        cmocka_unit_test(an_error_without_a_reason_is_an_error),
        cmocka_unit_test(a_chain_that_wants_no_more_is_told_upwards),
        cmocka_unit_test(a_reduce_function_must_not_emit),
        cmocka_unit_test(without_memory_a_scratch_is_lent_and_the_task_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
