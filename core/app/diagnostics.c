/*
 * diagnostics - the problems of a job file as people read them: place, line, caret, help.
 */
#include "app/diagnostics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/utf8.h"

enum {
    SHOWN_COLUMNS_MAX = 140, /* of a line */
    SHOWN_BEFORE_MAX = 70    /* in front of the caret, when the line is cut */
};

/* A problem and where it is. */
struct place {
    const struct problem *problem;
    const struct document_text *source;
    size_t offset;
    size_t size;
    size_t order; /* as it was found: keeps sorting stable */
};

static bool is_token_byte(char byte)
{
    return (unsigned char)byte > ' ' && strchr("{}[],:\"", byte) == NULL;
}

/* How much of the text is marked, for a problem that has only an offset. */
static size_t token_size(const struct document_text *source, size_t offset)
{
    const char *text = source->text + offset;
    size_t room = source->size - offset;
    size_t size = 0;

    if (room > 0 && text[0] == '"') {
        for (size = 1; size < room && text[size] != '"' && text[size] != '\n'; size++) {
            size += text[size] == '\\' && size + 1 < room;
        }
        return size < room && text[size] == '"' ? size + 1 : 1;
    }
    while (size < room && is_token_byte(text[size])) {
        size++;
    }
    return size == 0 ? 1 : size;
}

static struct place locate(const struct document *document, const struct problem *problem)
{
    struct place place = {.problem = problem, .source = &document->file};
    const struct document_node *node;
    bool is_exact;
    bool is_container;

    if (problem->offset >= 0) {
        place.offset = (size_t)problem->offset;
        place.size = token_size(place.source, place.offset);
        return place;
    }
    node = document_locate(document, problem->pointer, &is_exact);
    if (node == NULL) {
        return place;
    }
    place.source = node->source;
    is_container = node->kind == DOCUMENT_OBJECT || node->kind == DOCUMENT_LIST;
    if (node->key_size > 0 && (!is_exact || problem->is_at_key || is_container)) {
        place.offset = node->key_offset;
        place.size = node->key_size;
    } else {
        place.offset = node->offset;
        place.size = is_container && node->source == &document->file ? 1 : node->size;
    }
    return place;
}

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;

    if (a->source != b->source) {
        return strcmp(a->source->name, "--set") == 0 ? 1 : -1;
    }
    if (a->offset != b->offset) {
        return a->offset < b->offset ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

static size_t columns_of(const char *text, size_t size)
{
    size_t columns = 0;

    for (size_t i = 0; i < size; i++) {
        columns += ((unsigned char)text[i] & 0xC0u) != 0x80u;
    }
    return columns;
}

/* The cut stands between characters. */
static size_t at_character(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xC0u) == 0x80u) {
        at--;
    }
    return at;
}

static void write_shown(struct bytes *out, const char *text, size_t size)
{
    bool is_text = text_is_utf8(text, size);

    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool is_shown = byte == '\t' || (byte >= ' ' && byte != 127 && (is_text || byte < 128));
        bytes_append_byte(out, is_shown ? text[i] : '?');
    }
}

/* The line with its number, and the marks under it. */
static void write_excerpt(struct bytes *out, const char *line, size_t line_size, size_t number,
                          size_t at, size_t size)
{
    size_t begin = 0;
    size_t end = line_size;

    size = size > line_size - at ? line_size - at : size;
    if (line_size > SHOWN_COLUMNS_MAX) {
        begin = at > SHOWN_BEFORE_MAX ? at_character(line, at - SHOWN_BEFORE_MAX) : 0;
        end = line_size - begin > SHOWN_COLUMNS_MAX ? at_character(line, begin + SHOWN_COLUMNS_MAX)
                                                    : line_size;
        size = size > end - at ? end - at : size;
    }
    bytes_printf(out, "%5zu | %s", number, begin > 0 ? "..." : "");
    write_shown(out, line + begin, end - begin);
    bytes_printf(out, "%s\n      | %s", end < line_size ? "..." : "", begin > 0 ? "   " : "");
    for (size_t i = begin; i < at; i++) {
        if (((unsigned char)line[i] & 0xC0u) != 0x80u) {
            bytes_append_byte(out, line[i] == '\t' ? '\t' : ' ');
        }
    }
    bytes_append_byte(out, '^');
    for (size_t i = columns_of(line + at, size); i > 1; i--) {
        bytes_append_byte(out, '^');
    }
    bytes_append_byte(out, '\n');
}

static void write_place(struct bytes *out, const struct place *place, size_t line_number,
                        size_t line_at)
{
    const struct document_text *source = place->source;
    const struct problem *problem = place->problem;
    assert(source != NULL);
    const char *line = source->text + line_at;
    const char *line_end = memchr(line, '\n', source->size - line_at);
    size_t line_size = line_end == NULL ? source->size - line_at : (size_t)(line_end - line);
    size_t at = place->offset < line_at ? 0 : place->offset - line_at;

    line_size -= line_size > 0 && line[line_size - 1] == '\r';
    at = at > line_size ? line_size : at;
    bytes_printf(out, "%s:%zu:%zu: %s[%s]: %s\n", source->name, line_number,
                 columns_of(line, at) + 1, problem->severity == PROBLEM_ERROR ? "error" : "warning",
                 problem->code, problem->message);
    if (problem->pointer[0] != '\0') {
        bytes_printf(out, "      at %s\n", problem->pointer);
    }
    write_excerpt(out, line, line_size, line_number, at, place->size);
    if (problem->help != NULL) {
        bytes_printf(out, "      = help: %s\n", problem->help);
    }
}

void diagnostics_write(const struct document *document, const struct problems *problems,
                       struct bytes *out)
{
    struct place *places = mem_alloc(problems->count * sizeof(*places));
    const struct document_text *source = NULL;
    size_t line_number = 1;
    size_t line_at = 0;
    size_t at = 0;

    if (places == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < problems->count; i++) {
        places[i] = locate(document, &problems->items[i]);
        places[i].order = i;
    }
    if (problems->count > 1) {
        qsort(places, problems->count, sizeof(*places), compare_places);
    }
    for (size_t i = 0; i < problems->count; i++) {
        if (places[i].source != source) {
            source = places[i].source;
            line_number = 1;
            /* A byte order mark has no column. */
            line_at = source->size >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
            at = line_at;
        }
        for (; at < places[i].offset; at++) {
            assert(source != NULL);
            if (source->text[at] == '\n') {
                line_number++;
                line_at = at + 1;
            }
        }
        if (i > 0) {
            bytes_append_byte(out, '\n');
        }
        write_place(out, &places[i], line_number, line_at);
    }
    mem_free(places);
}

void diagnostics_write_counts(const struct problems *problems, struct bytes *out)
{
    size_t errors = problems->errors_count;
    size_t warnings = problems->count - errors;

    bytes_printf(out, "%zu error%s, %zu warning%s", errors, errors == 1 ? "" : "s", warnings,
                 warnings == 1 ? "" : "s");
}
