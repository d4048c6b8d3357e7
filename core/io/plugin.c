/*
 * plugin - checks and opens modules.
 */
#include "io/plugin.h"

#include <assert.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/thread.h"
#include "io/options.h"
#include "io/plugin_file.h"

enum {
    RECEIVERS_MAX = 64,
    MAJORS_TRIED = 16 /* asked for when a module does not speak ours, to tell which it speaks */
};

/* What a module or receiver of ABI 1.0 must at least hold. */
#define END_OF(type, member) (offsetof(type, member) + sizeof(((type *)NULL)->member))
#define MODULE_BYTES_MIN     END_OF(weir_module, n_receivers)
#define RECEIVER_BYTES_MIN   END_OF(weir_receiver, destroy)

/* An opened module; never freed, for its code is never unloaded. */
struct opened {
    struct plugin plugin;
    struct list link;
};

static struct lock opening = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static struct list all_opened = {&all_opened, &all_opened};

void plugin_lock(void)
{
    lock_take(&opening);
}

void plugin_unlock(void)
{
    lock_release(&opening);
}

static weir_status refuse_version(uint32_t version, weir_error *error)
{
    return error_set(error, WEIR_E_CONFIG,
                     "it speaks plugin ABI %u.%u, this weir %s speaks %u.%u; rebuild it with this "
                     "weir's headers",
                     version >> 16, version & 0xFFFFu, WEIR_VERSION_TEXT, WEIR_ABI_MAJOR,
                     WEIR_ABI_MINOR);
}

/* It said no to our major: asks for others, only to name in the message what it speaks. */
static weir_status refuse_foreign(weir_plugin_fn entry, weir_error *error)
{
    for (uint32_t major = 0; major <= MAJORS_TRIED; major++) {
        const weir_module *module = major == WEIR_ABI_MAJOR ? NULL : entry(major << 16);

        if (module != NULL && module->magic == WEIR_MAGIC) {
            return refuse_version(module->abi_version, error);
        }
    }
    return error_set(error, WEIR_E_CONFIG,
                     "it does not speak plugin ABI %u.%u, which this weir %s speaks",
                     WEIR_ABI_MAJOR, WEIR_ABI_MINOR, WEIR_VERSION_TEXT);
}

/* The members beyond the first 16 bytes are looked at only once the major is known to be ours. */
static weir_status check_module(const weir_module *module, weir_error *error)
{
    if (module->magic != WEIR_MAGIC) {
        return error_set(error, WEIR_E_CONFIG,
                         "its description does not begin as a weir plugin's (0x%08" PRIx32 ")",
                         module->magic);
    }
    if (module->abi_version >> 16 != WEIR_ABI_MAJOR) {
        return refuse_version(module->abi_version, error);
    }
    if (module->struct_size < MODULE_BYTES_MIN) {
        return error_set(error, WEIR_E_CONFIG,
                         "its description has %" PRIu32 " bytes, at least %zu are needed",
                         module->struct_size, MODULE_BYTES_MIN);
    }
    if (module->name == NULL || module->name[0] == '\0' || module->version == NULL ||
        module->license == NULL) {
        return error_set(error, WEIR_E_CONFIG, "it lacks its name, version or license");
    }
    if (module->n_receivers == 0 || module->receivers == NULL) {
        return error_set(error, WEIR_E_CONFIG, "it brings no receivers");
    }
    if (module->n_receivers > RECEIVERS_MAX) {
        return error_set(error, WEIR_E_CONFIG, "it brings %" PRIu32 " receivers: at most %d",
                         module->n_receivers, RECEIVERS_MAX);
    }
    return WEIR_OK;
}

static weir_status check_receiver(const weir_receiver *receiver, weir_error *error)
{
    if (receiver->name == NULL || receiver->name[0] == '\0') {
        return error_set(error, WEIR_E_CONFIG, "one of its receivers has no name");
    }
    if (receiver->summary == NULL) {
        return error_set(error, WEIR_E_CONFIG, "its receiver \"%s\" has no summary",
                         receiver->name);
    }
    if (receiver->create == NULL || receiver->start == NULL || receiver->stop == NULL ||
        receiver->destroy == NULL) {
        return error_set(error, WEIR_E_CONFIG,
                         "its receiver \"%s\" lacks create, start, stop or destroy",
                         receiver->name);
    }
    if (options_check_table(receiver->options, receiver->n_options, receiver->option_stride,
                            error) != WEIR_OK) {
        return error_wrap(error, WEIR_E_CONFIG, "its receiver \"%s\"", receiver->name);
    }
    return WEIR_OK;
}

/* Copies the module's receivers to tables of our size. */
static weir_status take_receivers(const weir_module *module, weir_receiver *receivers,
                                  weir_error *error)
{
    for (uint32_t i = 0; i < module->n_receivers; i++) {
        const weir_receiver *given = module->receivers[i];

        if (given == NULL || given->struct_size < RECEIVER_BYTES_MIN) {
            return error_set(error, WEIR_E_CONFIG,
                             "its receiver %" PRIu32 " is missing or too small", i);
        }
        memcpy(&receivers[i], given,
               given->struct_size < sizeof(*given) ? given->struct_size : sizeof(*given));
        WEIR_TRY(check_receiver(&receivers[i], error));
    }
    return WEIR_OK;
}

static weir_status take_module(const weir_module *module, struct opened *opened, weir_error *error)
{
    struct plugin *plugin = &opened->plugin;
    weir_receiver *receivers;
    weir_status status;

    WEIR_TRY(check_module(module, error));
    receivers = mem_zalloc(module->n_receivers * sizeof(*receivers));
    if (receivers == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for its receivers");
    }
    status = take_receivers(module, receivers, error);
    if (status != WEIR_OK) {
        mem_free(receivers);
        return status;
    }
    plugin->name = module->name;
    plugin->version = module->version;
    plugin->license = module->license;
    plugin->abi_version = module->abi_version;
    plugin->receivers = receivers;
    plugin->receivers_count = module->n_receivers;
    return WEIR_OK;
}

/* dlsym gives functions as void pointers, which C has no conversion for. */
static weir_plugin_fn find_entry(void *handle)
{
    void *symbol = dlsym(handle, "weir_plugin");
    weir_plugin_fn entry;

    memcpy(&entry, &symbol, sizeof(entry));
    return entry;
}

/* The linker's words, without the path that they begin with and that the message has already. */
static weir_status refuse_by_linker(const char *path, weir_error *error)
{
    const char *story = dlerror();
    size_t size = strlen(path);

    if (story == NULL) {
        story = "it cannot be loaded";
    } else if (strncmp(story, path, size) == 0 && strncmp(story + size, ": ", 2) == 0) {
        story += size + 2;
    }
    return error_set(error, WEIR_E_CONFIG, "%s", story);
}

static weir_status load(const char *path, struct opened *opened, weir_error *error)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const weir_module *module;
    weir_plugin_fn entry;

    if (handle == NULL) {
        return refuse_by_linker(path, error);
    }
    entry = find_entry(handle);
    if (entry == NULL) {
        return error_set(error, WEIR_E_CONFIG,
                         "it has no function weir_plugin, so it is no plugin of weir's");
    }
    module = entry(WEIR_ABI_VERSION);
    if (module == NULL) {
        return refuse_foreign(entry, error);
    }
    return take_module(module, opened, error);
}

static const struct plugin *find_opened(const char *path)
{
    list_each(&all_opened, link, following)
    {
        struct opened *opened = list_entry(link, struct opened, link);

        if (strcmp(opened->plugin.path, path) == 0) {
            return &opened->plugin;
        }
    }
    return NULL;
}

/* Under the lock. */
static weir_status open_checked(char **path, const struct plugin **out, weir_error *error)
{
    struct opened *opened;
    weir_status status;

    *out = find_opened(*path);
    if (*out != NULL) {
        return WEIR_OK;
    }
    opened = mem_zalloc(sizeof(*opened));
    if (opened == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a plugin");
    }
    status = load(*path, opened, error);
    if (status != WEIR_OK) {
        mem_free(opened);
        return status;
    }
    opened->plugin.path = *path;
    *path = NULL;
    list_append(&all_opened, &opened->link);
    *out = &opened->plugin;
    return WEIR_OK;
}

weir_status plugin_open_file(const char *path, const struct plugin **out, weir_error *error)
{
    char *absolute = NULL;
    weir_status status;

    *out = NULL;
    status = plugin_file_check(path, &absolute, error);
    if (status == WEIR_OK) {
        plugin_lock();
        status = open_checked(&absolute, out, error);
        plugin_unlock();
        mem_free(absolute);
    }
    if (status != WEIR_OK) {
        return error_wrap(error, status, "cannot load %s", path);
    }
    return WEIR_OK;
}

const weir_receiver *plugin_receiver(const struct plugin *plugin, const char *name)
{
    assert(plugin != NULL);
    for (uint32_t i = 0; i < plugin->receivers_count; i++) {
        if (strcmp(plugin->receivers[i].name, name) == 0) {
            return &plugin->receivers[i];
        }
    }
    return NULL;
}
