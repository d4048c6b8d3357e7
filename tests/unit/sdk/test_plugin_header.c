/* The layout of the ABI: every size and offset as it was designed. A change here is a new major. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weir/plugin.h>
#include <weir/plugin_ext_tick.h>
#include <weir/plugin_helpers.h>

#define AT(type, member, offset) assert_int_equal(offsetof(type, member), offset)

static void data_has_its_layout(void **state)
{
    (void)state;
    AT(weir_slice, ptr, 0), AT(weir_slice, len, 8);
    AT(weir_header, name, 0), AT(weir_header, value, 16);
    AT(weir_error, struct_size, 0), AT(weir_error, code, 4), AT(weir_error, os_errno, 8);
    AT(weir_error, retry_after_ms, 12), AT(weir_error, msg, 16);
    AT(weir_record, key, 0), AT(weir_record, value, 16), AT(weir_record, event_time_ns, 32);
    AT(weir_record, headers, 40), AT(weir_record, n_headers, 48), AT(weir_record, flags, 52);
    AT(weir_delivery, struct_size, 0), AT(weir_delivery, record_stride, 4);
    AT(weir_delivery, records, 8), AT(weir_delivery, n_records, 16), AT(weir_delivery, lane, 20);
    AT(weir_delivery, position, 24), AT(weir_delivery, ack_id, 40);
    AT(weir_delivery, reserved0, 48);
    AT(weir_block, struct_size, 0), AT(weir_block, reserved0, 4), AT(weir_block, base, 8);
    AT(weir_block, cap, 16), AT(weir_block, cookie, 24);
    AT(weir_ack, struct_size, 0), AT(weir_ack, lane, 4), AT(weir_ack, ack_id, 8);
    AT(weir_ack, result, 16), AT(weir_ack, reserved0, 20);
}

static void options_have_their_layout(void **state)
{
    (void)state;
    AT(weir_option, key, 0), AT(weir_option, summary, 8), AT(weir_option, default_json, 16);
    AT(weir_option, enum_values, 24), AT(weir_option, unit, 32), AT(weir_option, min, 40);
    AT(weir_option, max, 48), AT(weir_option, type, 56), AT(weir_option, flags, 60);
    AT(weir_setting, struct_size, 0), AT(weir_setting, type, 4), AT(weir_setting, i, 8);
    AT(weir_setting, f, 16), AT(weir_setting, s, 24);
}

static void the_host_table_has_its_order(void **state)
{
    static const size_t offsets[] = {
        offsetof(weir_host_api, store),
        offsetof(weir_host_api, block_reserve),
        offsetof(weir_host_api, block_commit),
        offsetof(weir_host_api, block_abort),
        offsetof(weir_host_api, should_stop),
        offsetof(weir_host_api, wake_fd),
        offsetof(weir_host_api, poll),
        offsetof(weir_host_api, report_error),
        offsetof(weir_host_api, request_restart),
        offsetof(weir_host_api, request_stop),
        offsetof(weir_host_api, log_level),
        offsetof(weir_host_api, log),
        offsetof(weir_host_api, metric_open),
        offsetof(weir_host_api, metric_add),
        offsetof(weir_host_api, metric_set),
        offsetof(weir_host_api, config_get),
        offsetof(weir_host_api, lane_open),
        offsetof(weir_host_api, lane_next),
        offsetof(weir_host_api, lane_retire),
        offsetof(weir_host_api, position_get),
        offsetof(weir_host_api, kv_get),
        offsetof(weir_host_api, kv_put),
        offsetof(weir_host_api, now_ns),
        offsetof(weir_host_api, extension),
    };

    (void)state;
    AT(weir_host_api, struct_size, 0), AT(weir_host_api, abi_version, 4);
    for (size_t i = 0; i < WEIR_COUNT(offsets); i++) {
        assert_int_equal(offsets[i], 8 + 8 * i);
    }
    AT(weir_tick_api, batch_number, 8), AT(weir_tick_api, wait_batch, 16);
    AT(weir_tick_api, batch_done, 24), AT(weir_tick_api, batch_time_ms, 32);
    AT(weir_tick_api, wait_batch_end, 40);
}

static void receiver_and_module_have_their_layout(void **state)
{
    (void)state;
    AT(weir_receiver, struct_size, 0), AT(weir_receiver, name, 8), AT(weir_receiver, summary, 16);
    AT(weir_receiver, caps, 24), AT(weir_receiver, options, 32), AT(weir_receiver, n_options, 40);
    AT(weir_receiver, option_stride, 44), AT(weir_receiver, create, 48);
    AT(weir_receiver, start, 56), AT(weir_receiver, run, 64), AT(weir_receiver, interrupt, 72);
    AT(weir_receiver, on_ack, 80), AT(weir_receiver, stop, 88), AT(weir_receiver, destroy, 96);
    AT(weir_receiver, check_config, 104), AT(weir_receiver, extension, 112);
    AT(weir_module, magic, 0), AT(weir_module, struct_size, 4), AT(weir_module, abi_version, 8);
    AT(weir_module, reserved0, 12), AT(weir_module, name, 16), AT(weir_module, version, 24);
    AT(weir_module, license, 32), AT(weir_module, receivers, 40);
    AT(weir_module, n_receivers, 48), AT(weir_module, sinks, 56), AT(weir_module, n_sinks, 64);
    AT(weir_module, functions, 72), AT(weir_module, n_functions, 80);
}

static void statuses_have_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(WEIR_MAGIC, 0x31505257);
    assert_memory_equal(&(uint32_t){WEIR_MAGIC}, "WRP1", 4);
    assert_int_equal(WEIR_ABI_VERSION, 0x10000);
    assert_true(WEIR_OK == 0 && WEIR_AGAIN == 1 && WEIR_STOPPING == 2);
    assert_true(WEIR_E_INVAL == -1 && WEIR_E_NOMEM == -2 && WEIR_E_NOTSUP == -3);
    assert_true(WEIR_E_CONFIG == -4 && WEIR_E_AUTH == -5 && WEIR_E_IO == -6);
    assert_true(WEIR_E_TOOBIG == -7 && WEIR_E_BUG == -8);
}

static void an_error_is_written_only_as_far_as_its_owner_says(void **state)
{
    weir_error error;

    (void)state;
    memset(&error, 'x', sizeof(error));
    error.struct_size = offsetof(weir_error, msg) + 8;
    assert_int_equal(weir_error_set(&error, WEIR_E_IO, "%s", "a long story"), WEIR_E_IO);
    assert_int_equal(error.code, WEIR_E_IO);
    assert_string_equal(error.msg, "a long ");
    assert_int_equal(error.msg[8], 'x');
    assert_int_equal(weir_error_set(NULL, WEIR_E_IO, "nobody listens"), WEIR_E_IO);
}

static weir_status seven(weir_host *host)
{
    (void)host;
    return 7;
}

static void an_optional_member_that_the_host_lacks_is_not_called(void **state)
{
    struct {
        uint32_t struct_size, reserved0;
        weir_status (*first)(weir_host *);
        weir_status (*second)(weir_host *);
    } full = {sizeof(full), 0, seven, seven}, *table = &full;

    (void)state;
    assert_int_equal(WEIR_CALL_OPT(table, __typeof__(full), second, NULL), 7);
    full.struct_size = 16;
    assert_int_equal(WEIR_CALL_OPT(table, __typeof__(full), second, NULL), WEIR_E_NOTSUP);
    assert_int_equal(WEIR_CALL_OPT(table, __typeof__(full), first, NULL), 7);
    full.first = NULL;
    assert_int_equal(WEIR_CALL_OPT(table, __typeof__(full), first, NULL), WEIR_E_NOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_has_its_layout),
        cmocka_unit_test(options_have_their_layout),
        cmocka_unit_test(the_host_table_has_its_order),
        cmocka_unit_test(receiver_and_module_have_their_layout),
        cmocka_unit_test(statuses_have_their_numbers),
        cmocka_unit_test(an_error_is_written_only_as_far_as_its_owner_says),
        cmocka_unit_test(an_optional_member_that_the_host_lacks_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
