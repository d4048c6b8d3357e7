/*
 * weir/plugin_helpers.h - inline conveniences over weir/plugin.h. Not part of the ABI.
 *
 * All of it is compiled into the plugin, so it may change with the SDK without a plugin noticing.
 *
 * Threads:  as the call of the table that a helper stands on.
 * Memory:   none is kept; strings of settings are the host's, until destroy().
 */
#ifndef WEIR_PLUGIN_HELPERS_H
#define WEIR_PLUGIN_HELPERS_H
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_PRINTF_LIKE_(text, first) __attribute__((format(printf, text, first)))
#define WEIR_COUNT(array)              ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* Defines weir_plugin() and what it returns: WEIR_PLUGIN_DEFINE("mine", "1.0.0", "MIT", &mine) with
 * one or more receivers. Once per plugin, at file scope, without a semicolon. */
#define WEIR_PLUGIN_DEFINE(name_, version_, license_, ...)                              \
    static const weir_receiver *const weir_plugin_receivers_[] = {__VA_ARGS__};         \
    static const weir_module weir_plugin_module_ = {WEIR_MAGIC,                         \
                                                    (uint32_t)sizeof(weir_module),      \
                                                    WEIR_ABI_VERSION,                   \
                                                    0,                                  \
                                                    name_,                              \
                                                    version_,                           \
                                                    license_,                           \
                                                    weir_plugin_receivers_,             \
                                                    WEIR_COUNT(weir_plugin_receivers_), \
                                                    0,                                  \
                                                    NULL,                               \
                                                    0,                                  \
                                                    0,                                  \
                                                    NULL,                               \
                                                    0,                                  \
                                                    0};                                 \
    const weir_module *weir_plugin(uint32_t host_abi)                                   \
    {                                                                                   \
        return host_abi >> 16 == WEIR_ABI_MAJOR ? &weir_plugin_module_ : NULL;          \
    }

/* Calls a member that an older host may lack: weir_status s = WEIR_CALL_OPT(api, weir_host_api,
 * kv_get, host, key, buffer, &length) is WEIR_E_NOTSUP then. */
#define WEIR_CALL_OPT(table, type, member, ...) \
    (WEIR_HAS(table, type, member) ? (table)->member(__VA_ARGS__) : WEIR_E_NOTSUP)

static inline weir_slice weir_slice_of(const void *bytes, uint64_t length)
{
    weir_slice slice = {bytes, length};
    return slice;
}

static inline weir_slice weir_slice_text(const char *text)
{
    return weir_slice_of(text, strlen(text));
}

/* A copy that ends with NUL, to be freed by the caller. NULL: no memory. */
static inline char *weir_slice_copy(weir_slice slice)
{
    char *copy = (char *)malloc((size_t)slice.len + 1);

    if (copy != NULL) {
        if (slice.len > 0) {
            memcpy(copy, slice.ptr, (size_t)slice.len);
        }
        copy[slice.len] = '\0';
    }
    return copy;
}

/* A record of a value alone: no key, no headers, the host stamps its time. */
static inline weir_record weir_record_of(const void *value, uint64_t length)
{
    weir_record record;

    memset(&record, 0, sizeof(record));
    record.value = weir_slice_of(value, length);
    record.event_time_ns = WEIR_TIME_UNSET;
    return record;
}

/* A delivery of these records in lane 0, with neither position nor ack. */
static inline weir_delivery weir_delivery_of(const weir_record *records, uint32_t count)
{
    weir_delivery delivery;

    memset(&delivery, 0, sizeof(delivery));
    delivery.struct_size = (uint32_t)sizeof(delivery);
    delivery.record_stride = (uint32_t)sizeof(weir_record);
    delivery.records = records;
    delivery.n_records = count;
    return delivery;
}

/* Stores one value, waiting until it is taken: WEIR_OK, WEIR_STOPPING or an error. */
static inline weir_status weir_store1(weir_host *host, const weir_host_api *api, const void *value,
                                      uint64_t length)
{
    weir_record record = weir_record_of(value, length);
    weir_delivery delivery = weir_delivery_of(&record, 1);

    return api->store(host, &delivery, -1);
}

/* Writes the story and returns the status, to be returned in turn. Never writes past the size that
 * the host gave; `error` may be NULL. */
WEIR_PRINTF_LIKE_(3, 4)
static inline weir_status weir_error_set(weir_error *error, weir_status status, const char *format,
                                         ...)
{
    size_t room = 0;
    va_list arguments;

    if (error == NULL) {
        return status;
    }
    if (error->struct_size > offsetof(weir_error, msg)) {
        room = error->struct_size - offsetof(weir_error, msg);
        room = room < sizeof(error->msg) ? room : sizeof(error->msg);
    }
    error->code = status;
    va_start(arguments, format);
    if (room > 0) {
        vsnprintf(error->msg, room, format, arguments);
    }
    va_end(arguments);
    return status;
}

/* Formats (at most 1 KiB) and logs, when the level is kept. */
WEIR_PRINTF_LIKE_(4, 5)
static inline void weir_logf(weir_host *host, const weir_host_api *api, uint32_t level,
                             const char *format, ...)
{
    char text[1024];
    va_list arguments;

    if (level < api->log_level(host)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    api->log(host, level, weir_slice_text(text), NULL, 0);
}

/* The same for an error that does not end the run: the host counts and shows it. */
WEIR_PRINTF_LIKE_(4, 5)
static inline void weir_report_errorf(weir_host *host, const weir_host_api *api, weir_status status,
                                      const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    api->report_error(host, status, weir_slice_text(text));
}

/*
 * Settings. The host has validated them, so these cannot fail: asking for an option that is not in
 * the plugin's table is a bug of the plugin's, and reads as not set.
 */
static inline weir_setting weir_config(weir_host *host, const weir_host_api *api, const char *key)
{
    weir_setting setting;

    memset(&setting, 0, sizeof(setting));
    setting.struct_size = (uint32_t)sizeof(setting);
    if (api->config_get(host, key, &setting) != WEIR_OK) {
        memset(&setting, 0, sizeof(setting));
    }
    return setting;
}

static inline bool weir_config_is_set(weir_host *host, const weir_host_api *api, const char *key)
{
    return weir_config(host, api, key).type != 0;
}

/* Strings, enums, bytes, and JSON (lists, maps) as text. Not set: ptr NULL, len 0. */
static inline weir_slice weir_config_string(weir_host *host, const weir_host_api *api,
                                            const char *key)
{
    return weir_config(host, api, key).s;
}

/* True when the option is set to just this text: for enums. */
static inline bool weir_config_is(weir_host *host, const weir_host_api *api, const char *key,
                                  const char *text)
{
    weir_slice value = weir_config_string(host, api, key);

    return value.ptr != NULL && value.len == strlen(text) &&
           memcmp(value.ptr, text, strlen(text)) == 0;
}

/* Integers, sizes (bytes), durations (ns) and bools (0, 1). Not set: `unset`. */
static inline int64_t weir_config_int(weir_host *host, const weir_host_api *api, const char *key,
                                      int64_t unset)
{
    weir_setting setting = weir_config(host, api, key);

    return setting.type != 0 ? setting.i : unset;
}

static inline bool weir_config_bool(weir_host *host, const weir_host_api *api, const char *key,
                                    bool unset)
{
    return weir_config_int(host, api, key, unset) != 0;
}

static inline int64_t weir_config_duration_ns(weir_host *host, const weir_host_api *api,
                                              const char *key, int64_t unset)
{
    return weir_config_int(host, api, key, unset);
}

static inline uint64_t weir_config_bytes(weir_host *host, const weir_host_api *api, const char *key,
                                         uint64_t unset)
{
    return (uint64_t)weir_config_int(host, api, key, (int64_t)unset);
}

/* Opens a metric. When the host refuses, the id is one that weir_metric_add ignores. */
static inline uint32_t weir_metric(weir_host *host, const weir_host_api *api, uint32_t kind,
                                   const char *name, const char *unit)
{
    uint32_t id = UINT32_MAX;

    if (api->metric_open(host, kind, weir_slice_text(name), weir_slice_text(unit), &id) !=
        WEIR_OK) {
        return UINT32_MAX;
    }
    return id;
}

static inline void weir_metric_add(weir_host *host, const weir_host_api *api, uint32_t id,
                                   int64_t delta)
{
    if (id != UINT32_MAX) {
        api->metric_add(host, id, delta);
    }
}

#ifdef __cplusplus
}
#endif
#endif
