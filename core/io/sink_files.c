/*
 * sink_files - a folder of text or object files for each batch.
 */
#include "io/sink_files.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "exec/action.h"
#include "exec/part_files.h"

struct files {
    char *name;
    struct options *options; /* owned */
    const char *prefix;
    const char *suffix;
    enum part_format format;
};

static void files_destroy(void *self)
{
    struct files *files = self;

    if (files == NULL) {
        return;
    }
    options_destroy(files->options);
    mem_free(files->name);
    mem_free(files);
}

static char *target_path(const struct files *files, int64_t time_ms)
{
    struct bytes path;
    char *taken;

    bytes_init(&path);
    bytes_append_text(&path, files->prefix);
    bytes_printf(&path, "%s%" PRId64, files->prefix[0] == '\0' ? "" : "-", time_ms);
    if (files->suffix[0] != '\0') {
        bytes_printf(&path, ".%s", files->suffix);
    }
    taken = bytes_take(&path);
    bytes_fini(&path);
    return taken;
}

static weir_status files_write(void *self, struct executor *executor, struct rdd *rdd,
                               int64_t time_ms, uint64_t *records, weir_error *error)
{
    struct files *files = self;
    char *target = target_path(files, time_ms);
    weir_status status;

    *records = 0;
    status = target == NULL
                 ? error_set(error, WEIR_E_NOMEM, "no memory for a path")
                 : part_files_write(target, files->format, true, executor, rdd, records, error);
    mem_free(target);
    return status == WEIR_OK ? WEIR_OK : error_wrap(error, status, "sink %s", files->name);
}

weir_status sink_files_write_once(const char *path, struct executor *executor, struct rdd *rdd,
                                  weir_error *error)
{
    return action_save_text(executor, rdd, path, error);
}

static const struct sink_class files_class = {
    .name = "files",
    .write = files_write,
    .destroy = files_destroy,
};

static weir_status files_create(const char *sink_name, struct options *options, struct sink *out,
                                weir_error *error)
{
    struct files *files = mem_zalloc(sizeof(*files));

    if (files != NULL) {
        files->name = mem_text_copy(sink_name);
    }
    if (files == NULL || files->name == NULL) {
        files_destroy(files);
        return error_set(error, WEIR_E_NOMEM, "no memory for sink %s", sink_name);
    }
    files->prefix = options_text(options, "prefix");
    files->suffix = options_text(options, "suffix");
    files->format =
        strcmp(options_text(options, "format"), "objects") == 0 ? PART_OBJECTS : PART_TEXT;
    files->options = options;
    out->class = &files_class;
    out->self = files;
    return WEIR_OK;
}

static const weir_option files_options[] = {
    {.key = "prefix",
     .summary = "The folder of a batch is PREFIX-TIME_MS, as in \"out/counts\"",
     .type = WEIR_T_STRING,
     .flags = WEIR_OPT_REQUIRED},
    {.key = "suffix",
     .summary = "What follows the time after a dot: PREFIX-TIME_MS.SUFFIX",
     .default_json = "\"\"",
     .type = WEIR_T_STRING},
    {.key = "format",
     .summary =
         "What is in the files: lines of text, or objects that can be read back (MessagePack)",
     .default_json = "\"text\"",
     .enum_values = "text|objects",
     .type = WEIR_T_ENUM},
};

const struct sink_type sink_files_type = {
    .name = "files",
    .summary = "Writes each batch to a folder of files, one for each partition",
    .options = files_options,
    .options_count = sizeof(files_options) / sizeof(files_options[0]),
    .create = files_create,
};
