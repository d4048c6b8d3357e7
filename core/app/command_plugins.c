/*
 * command_plugins - weir plugins: which receivers and sinks there are, and their options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/component.h"
#include "base/bytes.h"
#include "base/mem.h"

enum { NAMES_MAX = 256, FOLDERS_MAX = 64 };

static weir_status open_folders(const struct cli_arguments *arguments, struct plugin_folders **out,
                                weir_error *error)
{
    const char *paths[FOLDERS_MAX];
    size_t count = cli_values(arguments, "plugin-path", paths, FOLDERS_MAX);

    WEIR_TRY(plugin_folders_create(out, error));
    for (size_t i = 0; i < count; i++) {
        WEIR_TRY(plugin_folders_add(*out, paths[i], error));
    }
    return plugin_folders_add_defaults(*out, error);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* A line per receiver and sink. Plugins that cannot be loaded are told, and the others listed. */
static enum cli_exit list(const struct plugin_folders *folders)
{
    char *names[NAMES_MAX];
    size_t count = component_source_names(folders, names, NAMES_MAX);
    size_t sinks_count;
    const struct sink_type *const *sinks = sink_types(&sinks_count);
    enum cli_exit exit_code = CLI_OK;

    qsort(names, count, sizeof(names[0]), compare_names);
    for (size_t i = 0; i < count; i++) {
        weir_error error = {.struct_size = sizeof(error)};
        struct component component;
        if (component_find_source(folders, names[i], &component, &error) != WEIR_OK) {
            fprintf(stderr, "weir: %s: %s\n", names[i], error.msg);
            exit_code = CLI_FAILED;
        } else {
            printf("%-10s source  %-8s %s\n", names[i], component.plugin->version,
                   component.receiver->summary);
        }
        mem_free(names[i]);
    }
    for (size_t i = 0; i < sinks_count; i++) {
        printf("%-10s sink    %-8s %s\n", sinks[i]->name, "built in", sinks[i]->summary);
    }
    return exit_code;
}

/* The type, as a person would say it. */
static const char *type_text(const weir_option *option, char *text, size_t room)
{
    static const char *const names[] = {
        [WEIR_T_STRING] = "string",
        [WEIR_T_INT] = "int",
        [WEIR_T_FLOAT] = "float",
        [WEIR_T_BOOL] = "bool",
        [WEIR_T_DURATION_NS] = "duration",
        [WEIR_T_BYTES] = "bytes",
        [WEIR_T_ENUM] = "enum",
        [WEIR_T_STRING_LIST] = "[string]",
        [WEIR_T_STRING_MAP] = "{string}",
        [WEIR_T_SIZE] = "size",
        [WEIR_T_JSON] = "json",
    };
    const char *name = option->type < sizeof(names) / sizeof(names[0]) ? names[option->type] : NULL;

    if (option->flags & WEIR_OPT_SECRET) {
        return "secret";
    }
    if (option->type == WEIR_T_ENUM && option->enum_values != NULL) {
        return option->enum_values;
    }
    if (option->type == WEIR_T_INT && option->min < option->max) {
        snprintf(text, room, "int %.0f..%.0f", option->min, option->max);
        return text;
    }
    return name == NULL ? "?" : name;
}

static void print_options(const struct component *component)
{
    size_t widths[3] = {0, 0, 0};
    char text[64];

    for (uint32_t i = 0; i < component->options_count; i++) {
        const weir_option *option = options_at(component->options, component->options_stride, i);
        size_t sizes[3] = {strlen(option->key), strlen(type_text(option, text, sizeof(text))),
                           option->flags & WEIR_OPT_REQUIRED ? 8
                           : option->default_json == NULL    ? 1
                                                             : strlen(option->default_json)};
        for (size_t j = 0; j < 3; j++) {
            widths[j] = sizes[j] > widths[j] ? sizes[j] : widths[j];
        }
    }
    for (uint32_t i = 0; i < component->options_count; i++) {
        const weir_option *option = options_at(component->options, component->options_stride, i);
        printf("  %-*s  %-*s  %-*s  %s%s%s%s%s\n", (int)widths[0], option->key, (int)widths[1],
               type_text(option, text, sizeof(text)), (int)widths[2],
               option->flags & WEIR_OPT_REQUIRED ? "required"
               : option->default_json == NULL    ? "-"
                                                 : option->default_json,
               option->summary == NULL ? "" : option->summary, option->unit == NULL ? "" : " (",
               option->unit == NULL ? "" : option->unit, option->unit == NULL ? "" : ")",
               option->flags & WEIR_OPT_DEPRECATED ? " (deprecated)" : "");
    }
}

static const char *delivery_text(uint64_t caps)
{
    if (caps & WEIR_CAP_REPLAY) {
        return "can replay from a position";
    }
    if (caps & WEIR_CAP_ACKS) {
        return "acknowledged once what was received is safe";
    }
    return "what is lost on the way to weir cannot be asked for again";
}

static void print_source(const char *name, const struct component *component)
{
    const struct plugin *plugin = component->plugin;

    printf("%s  source  %s  abi %u.%u  %s  %s\n%s\n", name, plugin->version,
           plugin->abi_version >> 16, plugin->abi_version & 0xFFFFu, plugin->license, plugin->path,
           component->receiver->summary);
    print_options(component);
    printf("delivery: %s\n", delivery_text(component->receiver->caps));
}

static void print_sink(const char *name, const struct component *component)
{
    printf("%s  sink  built in\n%s\n", name, component->sink->summary);
    print_options(component);
}

/* A source and a sink may have one name, "files": both are told then. */
static enum cli_exit info(const struct plugin_folders *folders, const char *name)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct component source;
    struct component sink;
    bool is_sink = component_find_sink(name, &sink);
    bool is_source = component_find_source(folders, name, &source, &error) == WEIR_OK;

    if (is_source) {
        print_source(name, &source);
    }
    if (is_sink) {
        fputs(is_source ? "\n" : "", stdout);
        print_sink(name, &sink);
    }
    if (!is_source && !is_sink) {
        fprintf(stderr, "weir: %s\nsee weir plugins list\n", error.msg);
    }
    return is_source || is_sink ? CLI_OK : CLI_FAILED;
}

static enum cli_exit plugins_run(const struct cli_arguments *arguments)
{
    const char *action = arguments->operands_count > 0 ? arguments->operands[0] : "list";
    bool is_info = strcmp(action, "info") == 0;
    struct plugin_folders *folders = NULL;
    weir_error error = {.struct_size = sizeof(error)};
    enum cli_exit exit_code;
    weir_status status;

    if (!is_info && strcmp(action, "list") != 0) {
        return cli_refuse(arguments, "there are list and info NAME, not \"%s\"", action);
    }
    if (arguments->operands_count != (is_info ? 2u : 1u) && arguments->operands_count > 0) {
        return cli_refuse(arguments,
                          is_info ? "info takes the name of one plugin" : "list takes no name");
    }
    status = open_folders(arguments, &folders, &error);
    if (status != WEIR_OK) {
        exit_code = cli_tell(status, &error);
    } else {
        exit_code = is_info ? info(folders, arguments->operands[1]) : list(folders);
    }
    plugin_folders_destroy(folders);
    return exit_code;
}

static const struct cli_flag plugins_flags[] = {
    {"plugin-path", "DIR", "look for plugins in this folder first"},
};

const struct cli_command command_plugins = {
    .name = "plugins",
    .operands = "[list | info NAME]",
    .summary = "list receivers and sinks, or tell the options of one",
    .text =
        "Plugins are looked for in the folders of --plugin-path, in those of a job file's\n"
        "\"plugins\": {\"path\": [...]}, in $WEIR_PLUGIN_PATH, in\n"
        "$XDG_DATA_HOME/weir/plugins (~/.local/share/weir/plugins), and where weir's own are.\n",
    .operands_min = 0,
    .operands_max = 2,
    .flags = plugins_flags,
    .flags_count = sizeof(plugins_flags) / sizeof(plugins_flags[0]),
    .run = plugins_run,
};
