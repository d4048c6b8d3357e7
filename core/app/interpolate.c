/*
 * interpolate - placeholders in a document's strings, filled in after it was read.
 */
#include "app/interpolate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/utf8.h"

struct interpolation {
    struct document *document;
    const char *folder;
    struct problems *problems;
    struct document_node *node;
    struct bytes out;
    bool is_wrong;
};

static void tell(struct interpolation *work, const char *help, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void tell(struct interpolation *work, const char *help, const char *format, ...)
{
    struct bytes pointer = {0};
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    document_write_pointer(work->node, &pointer);
    if (pointer.failed) {
        work->problems->is_cut = true;
    } else {
        problems_add(work->problems, PROBLEM_ERROR, "E012",
                     pointer.data == NULL ? "" : pointer.data, help, "%s", message);
    }
    bytes_fini(&pointer);
    work->node->is_bad = true;
    work->is_wrong = true;
}

/* name[:-default] or name[:?message] */
static void fill_environment(struct interpolation *work, char *name)
{
    char *choice = strchr(name, ':');
    const char *value;

    if (choice != NULL) {
        *choice++ = '\0';
    }
    if (name[0] == '\0' || strchr(name, '=') != NULL ||
        (choice != NULL && choice[0] != '-' && choice[0] != '?')) {
        tell(work, "write ${env:X}, ${env:X:-default} or ${env:X:?message}",
             "this is no environment variable's placeholder");
        return;
    }
    value = getenv(name);
    if (value != NULL && (value[0] != '\0' || choice == NULL)) {
        if (!text_is_utf8(value, strlen(value))) {
            tell(work, NULL, "the environment variable %.64s is not UTF-8", name);
            return;
        }
        bytes_append_text(&work->out, value);
    } else if (choice == NULL) {
        char help[160];
        snprintf(help, sizeof(help), "set it, or give a default: ${env:%.64s:-value}", name);
        tell(work, help, "the environment variable %.64s is not set", name);
    } else if (choice[0] == '-') {
        bytes_append_text(&work->out, choice + 1);
    } else {
        tell(work, NULL, "the environment variable %.64s is not set: %.300s", name,
             choice[1] == '\0' ? "it is needed" : choice + 1);
    }
}

static void fill_file(struct interpolation *work, const char *name)
{
    char *path = name[0] == '/' ? mem_text_copy(name) : path_join(work->folder, name);
    struct bytes content = {0};
    weir_error error = {0};

    if (path == NULL) {
        work->out.failed = true;
        return;
    }
    if (name[0] == '\0') {
        tell(work, "write ${file:PATH}", "this is no file's placeholder");
    } else if (file_read_all(path, INTERPOLATED_FILE_BYTES_MAX, &content, &error) != WEIR_OK) {
        tell(work, NULL, "cannot fill in the file: %.400s", error.msg);
    } else if (content.size > 0) {
        content.size -= content.data[content.size - 1] == '\n';
        content.size -= content.size > 0 && content.data[content.size - 1] == '\r';
        if (!text_is_utf8(content.data, content.size)) {
            tell(work, NULL, "the file %.300s is not UTF-8", path);
        } else {
            bytes_append(&work->out, content.data, content.size);
        }
    }
    bytes_fini(&content);
    mem_free(path);
}

/* What stands between "${" and "}". */
static void fill(struct interpolation *work, const char *text, size_t size)
{
    char *inside = mem_bytes_copy(text, size);

    if (inside == NULL) {
        work->out.failed = true;
    } else if (strlen(inside) != size) {
        tell(work, NULL, "a placeholder cannot have a NUL character");
    } else if (strncmp(inside, "env:", 4) == 0) {
        fill_environment(work, inside + 4);
    } else if (strncmp(inside, "file:", 5) == 0) {
        fill_file(work, inside + 5);
    } else {
        tell(work, "there are ${env:X} and ${file:P}; write $${ for \"${\" itself",
             "there is no placeholder \"${%.64s}\"", inside);
    }
    mem_free(inside);
}

static void fill_text(struct interpolation *work)
{
    struct document_node *node = work->node;
    const char *text = node->text;
    const char *end = text + node->text_size;

    node->is_placeholder = node->text_size > 3 && strncmp(text, "${", 2) == 0 &&
                           memchr(text, '}', node->text_size) == end - 1;
    while (text < end) {
        const char *dollar = memchr(text, '$', (size_t)(end - text));
        if (dollar == NULL) {
            break;
        }
        bytes_append(&work->out, text, (size_t)(dollar - text));
        text = dollar;
        if (end - text >= 3 && memcmp(text, "$${", 3) == 0) {
            bytes_append_text(&work->out, "${");
            text += 3;
        } else if (end - text >= 2 && text[1] == '{') {
            const char *close = memchr(text, '}', (size_t)(end - text));
            if (close == NULL) {
                tell(work, "write $${ for \"${\" itself", "a placeholder has no end");
                return;
            }
            fill(work, text + 2, (size_t)(close - text) - 2);
            text = close + 1;
        } else {
            bytes_append_byte(&work->out, '$');
            text++;
        }
    }
    bytes_append(&work->out, text, (size_t)(end - text));
}

static void fill_node(struct interpolation *work, struct document_node *node)
{
    char *copy;

    work->node = node;
    if (memmem(node->text, node->text_size, "${", 2) == NULL) {
        return;
    }
    bytes_clear(&work->out);
    work->is_wrong = false;
    fill_text(work);
    if (work->is_wrong || work->out.failed) {
        return;
    }
    copy = arena_alloc(&work->document->arena, work->out.size + 1);
    if (copy == NULL) {
        work->out.failed = true;
        return;
    }
    if (work->out.size > 0) {
        memcpy(copy, work->out.data, work->out.size);
    }
    copy[work->out.size] = '\0';
    node->text = copy;
    node->text_size = work->out.size;
}

static void walk(struct interpolation *work, struct document_node *node)
{
    if (node->kind == DOCUMENT_TEXT) {
        fill_node(work, node);
    }
    for (struct document_node *child = node->first; child != NULL && !work->out.failed;
         child = child->next) {
        walk(work, child);
    }
}

weir_status interpolate_document(struct document *document, const char *folder,
                                 struct problems *problems, weir_error *error)
{
    struct interpolation work = {.document = document, .folder = folder, .problems = problems};
    weir_status status;

    if (document->root != NULL) {
        walk(&work, document->root);
    }
    status = bytes_status(&work.out, error);
    bytes_fini(&work.out);
    return status;
}
