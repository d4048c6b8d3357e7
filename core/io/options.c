/*
 * options - a receiver's or sink's settings: its option table, and the values a job gave.
 */
#include "io/options.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "data/json.h"
#include "io/option_value.h"

enum {
    KEYS_LISTED_MAX = 12, /* more are not listed in a help text */
    DEPTH_MAX = 8         /* objects in objects that name options: "a.b.c" */
};

#define FLAGS_KNOWN (WEIR_OPT_REQUIRED | WEIR_OPT_SECRET | WEIR_OPT_DEPRECATED)

struct setting {
    const weir_option *option;
    weir_setting value;
    bool is_given;     /* a job gave it, rightly or wrongly */
    bool is_suggested; /* an unknown key was probably meant to be this one */
};

struct options {
    struct arena arena;
    uint32_t count;
    struct setting *settings;
};

/* What one parse hands around. */
struct parse {
    struct options *options;
    const char *owner;
    struct problems *problems;
    struct option_fault fault;
    const char **keys; /* of all options, for suggestions */
    weir_error *error;
};

static struct setting *find_setting(const struct options *options, const char *key)
{
    for (uint32_t i = 0; i < options->count; i++) {
        if (strcmp(options->settings[i].option->key, key) == 0) {
            return &options->settings[i];
        }
    }
    return NULL;
}

/* Reads the default as it would stand in a job file. Type 0 when there is none. */
static weir_status read_default(const weir_option *option, struct arena *arena,
                                struct option_fault *fault, weir_setting *out, weir_error *error)
{
    struct weir_value value;

    memset(out, 0, sizeof(*out));
    out->struct_size = (uint32_t)sizeof(*out);
    if (option->default_json == NULL) {
        return WEIR_OK;
    }
    WEIR_TRY(json_read(option->default_json, strlen(option->default_json), arena, &value, error));
    return option_value_read(option, value, arena, out, fault, error);
}

static weir_status check_option(const weir_option *option, weir_error *error)
{
    if (option->type < WEIR_T_STRING || option->type > WEIR_T_JSON) {
        return error_set(error, WEIR_E_CONFIG, "its type %" PRIu32 " is none", option->type);
    }
    if ((option->flags & ~FLAGS_KNOWN) != 0) {
        return error_set(error, WEIR_E_CONFIG, "its flags are 0x%" PRIx32 ", not all of them known",
                         option->flags);
    }
    if (option->type == WEIR_T_ENUM &&
        (option->enum_values == NULL || option->enum_values[0] == '\0')) {
        return error_set(error, WEIR_E_CONFIG, "it is an enum without values");
    }
    if (option->summary == NULL) {
        return error_set(error, WEIR_E_CONFIG, "it has no summary");
    }
    return WEIR_OK;
}

static weir_status check_default(const weir_option *option, weir_error *error)
{
    struct option_fault fault;
    struct arena arena;
    weir_setting unused;
    weir_status status;

    option_fault_init(&fault);
    arena_init(&arena);
    status = read_default(option, &arena, &fault, &unused, error);
    arena_fini(&arena);
    option_fault_fini(&fault);
    if (status == WEIR_OK || status == WEIR_E_NOMEM) {
        return status;
    }
    return error_wrap(error, WEIR_E_CONFIG, "its default %s", option->default_json);
}

weir_status options_check_table(const weir_option *table, uint32_t count, uint32_t stride,
                                weir_error *error)
{
    if (count > OPTIONS_COUNT_MAX) {
        return error_set(error, WEIR_E_CONFIG, "%" PRIu32 " options: at most %u are allowed", count,
                         OPTIONS_COUNT_MAX);
    }
    if (count > 0 && (table == NULL || stride < sizeof(weir_option) || stride % 8 != 0)) {
        return error_set(error, WEIR_E_CONFIG,
                         "its option table has %" PRIu32 " entries of %" PRIu32 " bytes", count,
                         stride);
    }
    for (uint32_t i = 0; i < count; i++) {
        const weir_option *option = options_at(table, stride, i);
        weir_status status;

        if (option->key == NULL || option->key[0] == '\0') {
            return error_set(error, WEIR_E_CONFIG, "option %" PRIu32 " has no key", i);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(options_at(table, stride, j)->key, option->key) == 0) {
                return error_set(error, WEIR_E_CONFIG, "option \"%s\" is there twice", option->key);
            }
        }
        status = check_option(option, error);
        if (status == WEIR_OK) {
            status = check_default(option, error);
        }
        if (status != WEIR_OK) {
            return error_wrap(error, status, "option \"%s\"", option->key);
        }
    }
    return WEIR_OK;
}

static weir_status make_options(const weir_option *table, uint32_t count, uint32_t stride,
                                struct parse *parse)
{
    struct options *options = parse->options;

    options->settings = arena_zalloc(&options->arena, ((size_t)count + 1) * sizeof(struct setting));
    parse->keys = arena_zalloc(&options->arena, ((size_t)count + 1) * sizeof(char *));
    if (options->settings == NULL || parse->keys == NULL) {
        return error_set(parse->error, WEIR_E_NOMEM, "no memory for options");
    }
    options->count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct setting *setting = &options->settings[i];

        setting->option = options_at(table, stride, i);
        parse->keys[i] = setting->option->key;
        WEIR_TRY(read_default(setting->option, &options->arena, &parse->fault, &setting->value,
                              parse->error));
    }
    return WEIR_OK;
}

/* "POINTER/KEY", escaped as JSON pointers are; NULL: no memory. */
static const char *pointer_join(struct arena *arena, const char *pointer, const char *key,
                                size_t key_size)
{
    size_t size = strlen(pointer);
    char *text = arena_alloc(arena, size + 2 + 2 * key_size);

    if (text == NULL) {
        return NULL;
    }
    memcpy(text, pointer, size);
    text[size++] = '/';
    for (size_t i = 0; i < key_size; i++) {
        if (key[i] == '~' || key[i] == '/') {
            text[size++] = '~';
            text[size++] = key[i] == '~' ? '0' : '1';
        } else {
            text[size++] = key[i];
        }
    }
    text[size] = '\0';
    return text;
}

/* "PREFIX.KEY", or KEY when there is no prefix. */
static char *key_join(struct arena *arena, const char *prefix, const char *key, size_t key_size)
{
    size_t prefix_size = strlen(prefix);
    char *text = arena_alloc(arena, prefix_size + key_size + 2);

    if (text == NULL) {
        return NULL;
    }
    memcpy(text, prefix, prefix_size);
    if (prefix_size > 0) {
        text[prefix_size++] = '.';
    }
    memcpy(text + prefix_size, key, key_size);
    text[prefix_size + key_size] = '\0';
    return text;
}

static bool is_group(const struct options *options, const char *key)
{
    size_t size = strlen(key);

    for (uint32_t i = 0; i < options->count; i++) {
        const char *name = options->settings[i].option->key;

        if (strncmp(name, key, size) == 0 && name[size] == '.') {
            return true;
        }
    }
    return false;
}

static void add_unknown(struct parse *parse, const char *key, const char *prefix,
                        const char *pointer)
{
    struct options *options = parse->options;
    const char *near = problem_suggestion(key, parse->keys, options->count);
    size_t shown = strlen(prefix) == 0 ? 0 : strlen(prefix) + 1;
    struct problem *problem;
    struct bytes help;

    bytes_init(&help);
    if (near != NULL) {
        bool is_same_group = shown == 0 || strncmp(near, key, shown) == 0;

        find_setting(options, near)->is_suggested = true;
        bytes_printf(&help, "did you mean \"%s\"?", is_same_group ? near + shown : near);
    } else if (options->count == 0) {
        bytes_printf(&help, "%s has no options", parse->owner);
    } else if (options->count <= KEYS_LISTED_MAX) {
        bytes_append_text(&help, "the options are ");
        for (uint32_t i = 0; i < options->count; i++) {
            bytes_printf(&help, "%s\"%s\"", i > 0 ? ", " : "", parse->keys[i]);
        }
    } else if (strncmp(parse->owner, "source type ", 12) == 0) {
        bytes_printf(&help, "\"weir plugins info %s\" lists the options", parse->owner + 12);
    }
    problems_add(parse->problems, PROBLEM_ERROR, "E020", pointer,
                 help.size > 0 && !help.failed ? help.data : NULL, "unknown option \"%s\" for %s",
                 key, parse->owner);
    problem = problems_last(parse->problems);
    if (problem != NULL) {
        problem->is_at_key = true;
    }
    bytes_fini(&help);
}

static weir_status set_option(struct parse *parse, struct setting *setting, const char *pointer,
                              struct weir_value value)
{
    const weir_option *option = setting->option;
    weir_setting read;
    weir_status status;

    if (setting->is_given) {
        problems_add(parse->problems, PROBLEM_ERROR, "E006", pointer, "delete one of them",
                     "\"%s\" is given twice", option->key);
        return WEIR_OK;
    }
    setting->is_given = true;
    status = option_value_read(option, value, &parse->options->arena, &read, &parse->fault,
                               parse->error);
    if (status == WEIR_OK) {
        setting->value = read;
    } else if (status == WEIR_E_INVAL) {
        problems_add(parse->problems, PROBLEM_ERROR, parse->fault.code, pointer,
                     parse->fault.help.size > 0 ? parse->fault.help.data : NULL, "\"%s\" %s",
                     option->key, parse->fault.message.data);
    } else {
        return status;
    }
    if ((option->flags & WEIR_OPT_DEPRECATED) != 0) {
        problems_add(parse->problems, PROBLEM_WARNING, "W102", pointer, option->summary,
                     "option \"%s\" of %s is deprecated", option->key, parse->owner);
    }
    return WEIR_OK;
}

static weir_status walk_object(struct parse *parse, const char *prefix, const char *pointer,
                               struct weir_value object, uint32_t depth);

static weir_status walk_member(struct parse *parse, const char *prefix, const char *pointer,
                               const struct weir_value *member, uint32_t depth)
{
    struct arena *arena = &parse->options->arena;
    const char *name = weir_bytes_of(&member[0]);
    size_t size = weir_size_of(member[0]);
    const char *place = pointer_join(arena, pointer, name, size);
    const char *key = key_join(arena, prefix, name, size);
    struct setting *setting;

    if (place == NULL || key == NULL) {
        return error_set(parse->error, WEIR_E_NOMEM, "no memory for options");
    }
    setting = find_setting(parse->options, key);
    if (setting != NULL) {
        return set_option(parse, setting, place, member[1]);
    }
    if (is_group(parse->options, key) && depth < DEPTH_MAX) {
        if (weir_kind_of(member[1]) == WEIR_MAP) {
            return walk_object(parse, key, place, member[1], depth + 1);
        }
        problems_add(parse->problems, PROBLEM_ERROR, "E021", place, NULL,
                     "\"%s\" must be an object of options", key);
        return WEIR_OK;
    }
    if (size < 2 || memcmp(name, "x-", 2) != 0) { /* "x-..." is for the user's own remarks */
        add_unknown(parse, key, prefix, place);
    }
    return WEIR_OK;
}

static weir_status walk_object(struct parse *parse, const char *prefix, const char *pointer,
                               struct weir_value object, uint32_t depth)
{
    for (uint32_t i = 0; i < weir_size_of(object); i++) {
        WEIR_TRY(walk_member(parse, prefix, pointer, &object.items[2 * (size_t)i], depth));
    }
    return WEIR_OK;
}

/* A missing option is not reported when its name was probably only misspelt. */
static void add_missing(struct parse *parse, const char *pointer)
{
    const struct options *options = parse->options;

    for (uint32_t i = 0; i < options->count; i++) {
        const struct setting *setting = &options->settings[i];

        if ((setting->option->flags & WEIR_OPT_REQUIRED) != 0 && !setting->is_given &&
            !setting->is_suggested && setting->value.type == 0) {
            problems_add(parse->problems, PROBLEM_ERROR, "E023", pointer, setting->option->summary,
                         "%s needs the option \"%s\"", parse->owner, setting->option->key);
        }
    }
}

static weir_status parse_text(struct parse *parse, const char *with, const char *pointer)
{
    struct weir_value object;
    weir_error error = {.struct_size = (uint32_t)sizeof(error)};
    weir_status status = json_read(with, strlen(with), &parse->options->arena, &object, &error);

    if (status == WEIR_E_NOMEM) {
        return error_set(parse->error, status, "no memory for options");
    }
    if (status != WEIR_OK) {
        problems_add(parse->problems, PROBLEM_ERROR, "E001", pointer, NULL,
                     "the options of %s are no JSON: %s", parse->owner, error.msg);
        return WEIR_OK;
    }
    if (weir_kind_of(object) != WEIR_MAP) {
        problems_add(parse->problems, PROBLEM_ERROR, "E021", pointer, NULL,
                     "the options of %s must be an object", parse->owner);
        return WEIR_OK;
    }
    WEIR_TRY(walk_object(parse, "", pointer, object, 0));
    add_missing(parse, pointer);
    return WEIR_OK;
}

weir_status options_parse(const weir_option *table, uint32_t count, uint32_t stride,
                          const char *with, const char *owner, const char *pointer,
                          struct problems *problems, struct options **out, weir_error *error)
{
    struct parse parse = {.owner = owner, .problems = problems, .error = error};
    weir_status status;

    assert(with != NULL);
    *out = NULL;
    parse.options = mem_zalloc(sizeof(*parse.options));
    if (parse.options == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the options of %s", owner);
    }
    arena_init(&parse.options->arena);
    option_fault_init(&parse.fault);
    status = make_options(table, count, stride, &parse);
    if (status == WEIR_OK) {
        status = parse_text(&parse, with, pointer);
    }
    option_fault_fini(&parse.fault);
    if (status != WEIR_OK) {
        options_destroy(parse.options);
        return error_wrap(error, status, "options of %s", owner);
    }
    *out = parse.options;
    return WEIR_OK;
}

weir_status options_get(const struct options *options, const char *key, weir_setting *out)
{
    const struct setting *setting = find_setting(options, key);

    if (setting == NULL) {
        return WEIR_E_INVAL;
    }
    *out = setting->value;
    return WEIR_OK;
}

const char *options_text(const struct options *options, const char *key)
{
    const struct setting *setting = find_setting(options, key);

    return setting == NULL ? NULL : setting->value.s.ptr;
}

int64_t options_int(const struct options *options, const char *key)
{
    const struct setting *setting = find_setting(options, key);

    return setting == NULL ? 0 : setting->value.i;
}

bool options_bool(const struct options *options, const char *key)
{
    return options_int(options, key) != 0;
}

void options_destroy(struct options *options)
{
    if (options == NULL) {
        return;
    }
    arena_fini(&options->arena);
    mem_free(options);
}
