/*
 * case_values - a case's JSON as values, and both as text that can be compared.
 */
#include "case_values.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct items {
    struct items *next;
    struct weir_value values[];
};

static struct items *all_items;

struct weir_value case_value(const cJSON *json)
{
    uint32_t count = 0;
    struct items *items;

    if (cJSON_IsString(json)) {
        return weir_text(json->valuestring);
    }
    if (cJSON_IsBool(json)) {
        return weir_bool(cJSON_IsTrue(json));
    }
    if (cJSON_IsNumber(json)) {
        bool is_whole = json->valuedouble == floor(json->valuedouble);
        return is_whole ? weir_int((int64_t)json->valuedouble) : weir_float(json->valuedouble);
    }
    if (!cJSON_IsArray(json)) {
        return weir_null();
    }
    items = malloc(sizeof(*items) + (size_t)cJSON_GetArraySize(json) * sizeof(struct weir_value));
    assert(items != NULL);
    items->next = all_items;
    all_items = items;
    for (const cJSON *item = json->child; item != NULL; item = item->next) {
        items->values[count++] = case_value(item);
    }
    return weir_tuple(items->values, count);
}

void case_values_fini(void)
{
    while (all_items != NULL) {
        struct items *items = all_items;
        all_items = items->next;
        free(items);
    }
}

bool case_is_pairs(const cJSON *inputs)
{
    bool has_any = false;

    for (const cJSON *batch = inputs->child; batch != NULL; batch = batch->next) {
        for (const cJSON *record = batch->child; record != NULL; record = record->next) {
            if (!cJSON_IsArray(record) || cJSON_GetArraySize(record) != 2) {
                return false;
            }
            has_any = true;
        }
    }
    return has_any;
}

/* Texts that grow in number. */
struct lines {
    char **items;
    size_t count;
};

static FILE *line_open(struct lines *lines)
{
    size_t size = (lines->count + 1) * sizeof(char *);
    static size_t ignored;
    FILE *out;

    lines->items = realloc(lines->items, size);
    assert(lines->items != NULL);
    out = open_memstream(&lines->items[lines->count++], &ignored);
    assert(out != NULL);
    return out;
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Writes the lines with `end` behind each but, unless it is a line's end, the last; and lets them
 * go. */
static void lines_write(struct lines *lines, bool is_sorted, const char *end, FILE *out)
{
    if (is_sorted && lines->count > 1) {
        qsort(lines->items, lines->count, sizeof(char *), compare_lines);
    }
    for (size_t i = 0; i < lines->count; i++) {
        bool is_last = i + 1 == lines->count && end[0] != '\n';
        fprintf(out, "%s%s", lines->items[i], is_last ? "" : end);
        free(lines->items[i]);
    }
    free(lines->items);
}

static void write_json(FILE *out, const cJSON *json, struct case_order order)
{
    struct lines items = {NULL, 0};

    if (cJSON_IsString(json)) {
        fprintf(out, "\"%s\"", json->valuestring);
    } else if (cJSON_IsNumber(json)) {
        fprintf(out, "%.17g", json->valuedouble);
    } else if (cJSON_IsBool(json)) {
        fputs(cJSON_IsTrue(json) ? "true" : "false", out);
    } else if (cJSON_IsArray(json)) {
        for (const cJSON *item = json->child; item != NULL; item = item->next) {
            FILE *line = line_open(&items);
            write_json(line, item, order);
            fclose(line);
        }
        fputc('[', out);
        lines_write(&items, order.are_lists_unordered, ", ", out);
        fputc(']', out);
    } else {
        fputs("null", out);
    }
}

static void write_value(FILE *out, struct weir_value value, struct case_order order);

static void write_items(FILE *out, const struct weir_value *values, uint32_t count,
                        struct case_order order)
{
    struct lines items = {NULL, 0};

    for (uint32_t i = 0; i < count; i++) {
        FILE *line = line_open(&items);
        write_value(line, values[i], order);
        fclose(line);
    }
    fputc('[', out);
    lines_write(&items, order.are_lists_unordered, ", ", out);
    fputc(']', out);
}

static void write_value(FILE *out, struct weir_value value, struct case_order order)
{
    switch (weir_kind_of(value)) {
    case WEIR_NULL:
        fputs("null", out);
        break;
    case WEIR_BOOL:
        fputs(weir_int_of(value) != 0 ? "true" : "false", out);
        break;
    case WEIR_INT:
    case WEIR_FLOAT:
        fprintf(out, "%.17g", weir_float_of(value));
        break;
    case WEIR_BYTES:
        fprintf(out, "\"%.*s\"", (int)weir_size_of(value), weir_bytes_of(&value));
        break;
    case WEIR_LIST:
    case WEIR_TUPLE:
    case WEIR_MAP:
        write_items(out, value.items, weir_size_of(value), order);
        break;
    }
}

static char *lines_join(struct lines *lines, struct case_order order)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    lines_write(lines, !order.is_ordered, "\n", out);
    fclose(out);
    return text;
}

char *case_text_of_json(const cJSON *records, struct case_order order)
{
    struct lines lines = {NULL, 0};

    for (const cJSON *record = records->child; record != NULL; record = record->next) {
        FILE *out = line_open(&lines);
        write_json(out, record, order);
        fclose(out);
    }
    return lines_join(&lines, order);
}

char *case_text_of_rows(const struct weir_rows *rows, struct case_order order)
{
    struct lines lines = {NULL, 0};

    for (uint64_t i = 0; i < rows->count; i++) {
        FILE *out = line_open(&lines);
        if (rows->keys != NULL) {
            struct weir_value both[] = {rows->keys[i], rows->values[i]};
            write_items(out, both, 2, order);
        } else {
            write_value(out, rows->values[i], order);
        }
        fclose(out);
    }
    return lines_join(&lines, order);
}
