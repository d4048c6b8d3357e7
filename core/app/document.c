/*
 * document - a job file as a tree that knows where each key and each value stands.
 */
#include "app/document.h"

#include <string.h>

#include "base/mem.h"

void document_init(struct document *document)
{
    memset(document, 0, sizeof(*document));
    arena_init(&document->arena);
    bytes_init(&document->bytes);
}

weir_status document_parse(struct document *document, const char *name, struct bytes *bytes,
                           struct problems *problems, weir_error *error)
{
    bytes_fini(&document->bytes);
    document->bytes = *bytes;
    bytes_init(bytes);
    document->file = (struct document_text){
        .name = name,
        .text = document->bytes.data == NULL ? "" : document->bytes.data,
        .size = document->bytes.size,
    };
    return document_parse_text(document, &document->file, problems, &document->root, error);
}

struct document_node *document_member(const struct document_node *object, const char *key)
{
    if (object->kind != DOCUMENT_OBJECT) {
        return NULL;
    }
    for (struct document_node *child = object->first; child != NULL; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

/* The next part of a pointer, unescaped into `part`; NULL at the end of the pointer, and when the
 * part is too long for any key that there is. */
static const char *next_part(const char *pointer, char *part, size_t room)
{
    size_t size = 0;

    if (*pointer != '/') {
        return NULL;
    }
    for (pointer++; *pointer != '\0' && *pointer != '/'; pointer++) {
        char byte = *pointer;
        if (byte == '~' && (pointer[1] == '0' || pointer[1] == '1')) {
            pointer++;
            byte = *pointer == '0' ? '~' : '/';
        }
        if (size + 1 == room) {
            return NULL;
        }
        part[size++] = byte;
    }
    part[size] = '\0';
    return pointer;
}

static struct document_node *item_at(const struct document_node *list, const char *part)
{
    uint32_t index = 0;

    if (part[0] == '\0' || strspn(part, "0123456789") != strlen(part) || strlen(part) > 7) {
        return NULL;
    }
    for (; *part != '\0'; part++) {
        index = index * 10 + (uint32_t)(*part - '0');
    }
    for (struct document_node *child = list->first; child != NULL; child = child->next) {
        if (child->index == index) {
            return child;
        }
    }
    return NULL;
}

static struct document_node *child_at(const struct document_node *node, const char *part)
{
    return node->kind == DOCUMENT_LIST ? item_at(node, part) : document_member(node, part);
}

const struct document_node *document_locate(const struct document *document, const char *pointer,
                                            bool *is_exact)
{
    const struct document_node *node = document->root;
    char part[512];

    *is_exact = true;
    while (node != NULL && *pointer != '\0') {
        const char *rest = next_part(pointer, part, sizeof(part));
        const struct document_node *child = rest == NULL ? NULL : child_at(node, part);
        if (child == NULL) {
            *is_exact = false;
            return node;
        }
        node = child;
        pointer = rest;
    }
    return node;
}

static void write_key(const char *key, struct bytes *out)
{
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/') {
            bytes_append_text(out, *key == '~' ? "~0" : "~1");
        } else {
            bytes_append_byte(out, *key);
        }
    }
}

/* Nesting is bounded, so is the recursion. */
void document_write_pointer(const struct document_node *node, struct bytes *out)
{
    if (node->parent == NULL) {
        return;
    }
    document_write_pointer(node->parent, out);
    bytes_append_byte(out, '/');
    if (node->key != NULL) {
        write_key(node->key, out);
    } else {
        bytes_printf(out, "%u", node->index);
    }
}

void document_write_text(const char *text, size_t size, struct bytes *out)
{
    bytes_append_byte(out, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\') {
            bytes_append_byte(out, '\\');
            bytes_append_byte(out, text[i]);
        } else if (byte < ' ') {
            bytes_printf(out, "\\u%04x", byte);
        } else {
            bytes_append_byte(out, text[i]);
        }
    }
    bytes_append_byte(out, '"');
}

const char *document_kind_name(enum document_kind kind)
{
    static const char *const names[] = {
        [DOCUMENT_NULL] = "null",       [DOCUMENT_BOOL] = "a truth value",
        [DOCUMENT_NUMBER] = "a number", [DOCUMENT_TEXT] = "a string",
        [DOCUMENT_LIST] = "a list",     [DOCUMENT_OBJECT] = "an object",
    };

    return names[kind];
}

/* A copy on the document's arena. */
static const char *keep_text(struct document *document, const char *text, size_t size)
{
    char *copy = arena_alloc(&document->arena, size + 1);

    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

/* The value of "POINTER=VALUE", with places in that text. */
static weir_status read_set_value(struct document *document, const char *text, size_t value_at,
                                  struct document_node **out, weir_error *error)
{
    struct document_text *source = arena_alloc(&document->arena, sizeof(*source));
    const char *value = text + value_at;
    struct document_text part = {.name = "--set", .text = value, .size = strlen(value)};
    struct document_node *node;
    struct problems problems;
    weir_status status;

    if (source == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for --set");
    }
    *source = (struct document_text){.name = "--set", .text = text, .size = strlen(text)};
    problems_init(&problems);
    status = document_parse_text(document, &part, &problems, &node, error);
    if (status == WEIR_OK && (node == NULL || problems_have_errors(&problems))) {
        node = arena_zalloc(&document->arena, sizeof(*node));
        if (node == NULL) {
            status = error_set(error, WEIR_E_NOMEM, "no memory for --set");
        } else {
            node->kind = DOCUMENT_TEXT;
            node->text = value;
            node->text_size = part.size;
        }
    }
    problems_fini(&problems);
    WEIR_TRY(status);
    /* What is inside of a list or an object points to the whole argument too. */
    node->source = source;
    node->offset = value_at;
    node->size = part.size;
    *out = node;
    return WEIR_OK;
}

static void set_sources(struct document_node *node, const struct document_node *top)
{
    for (struct document_node *child = node->first; child != NULL; child = child->next) {
        child->source = top->source;
        child->offset = top->offset;
        child->size = top->size;
        child->key_size = 0;
        set_sources(child, top);
    }
}

/* Puts `node` into the place of what `parent` has under that key, or behind its last child. */
static void put_child(struct document_node *parent, struct document_node *old,
                      struct document_node *node)
{
    node->parent = parent;
    if (old != NULL) {
        struct document_node *next = old->next;
        struct document_node **link = &parent->first;
        node->index = old->index;
        while (*link != old) {
            link = &(*link)->next;
        }
        *link = node;
        node->next = next;
        parent->last = parent->last == old ? node : parent->last;
        return;
    }
    node->index = parent->children_count++;
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
}

static weir_status add_object(struct document *document, struct document_node *parent,
                              const char *key, const struct document_node *value,
                              struct document_node **out, weir_error *error)
{
    struct document_node *node = arena_zalloc(&document->arena, sizeof(*node));

    if (node == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for --set");
    }
    node->kind = DOCUMENT_OBJECT;
    node->source = value->source;
    node->offset = value->offset;
    node->size = value->size;
    node->key = key;
    put_child(parent, NULL, node);
    *out = node;
    return WEIR_OK;
}

/* One step down: to the child named by `part`, made when it is missing, or to the end of the way,
 * where the value is put. */
static weir_status set_step(struct document *document, struct document_node **parent,
                            const char *part, bool is_end, struct document_node *value,
                            weir_error *error)
{
    struct document_node *child = child_at(*parent, part);
    const char *key = NULL;

    if (child == NULL && (*parent)->kind != DOCUMENT_OBJECT) {
        return error_set(error, WEIR_E_INVAL, "\"%s\" leads into %s", part,
                         document_kind_name((*parent)->kind));
    }
    if ((*parent)->kind == DOCUMENT_OBJECT) {
        key = keep_text(document, part, strlen(part));
        if (key == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory for --set");
        }
    }
    if (is_end) {
        value->key = key;
        put_child(*parent, child, value);
        return WEIR_OK;
    }
    if (child == NULL) {
        return add_object(document, *parent, key, value, parent, error);
    }
    *parent = child;
    return WEIR_OK;
}

weir_status document_set(struct document *document, const char *text, weir_error *error)
{
    const char *equals = strchr(text, '=');
    struct document_node *parent = document->root;
    struct document_node *value = NULL;
    const char *pointer;
    const char *at;
    char part[512];

    if (equals == NULL || text[0] != '/') {
        return error_set(error, WEIR_E_INVAL, "write /PLACE=VALUE, such as /job/batch=1s");
    }
    if (parent == NULL) {
        return error_set(error, WEIR_E_INVAL, "the job file could not be read");
    }
    pointer = keep_text(document, text, (size_t)(equals - text));
    if (pointer == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for --set");
    }
    WEIR_TRY(read_set_value(document, text, (size_t)(equals - text) + 1, &value, error));
    set_sources(value, value);
    for (at = pointer; *at != '\0';) {
        at = next_part(at, part, sizeof(part));
        if (at == NULL) {
            return error_set(error, WEIR_E_INVAL, "a part of the place is too long");
        }
        WEIR_TRY(set_step(document, &parent, part, *at == '\0', value, error));
    }
    return WEIR_OK;
}

void document_fini(struct document *document)
{
    bytes_fini(&document->bytes);
    arena_fini(&document->arena);
    memset(document, 0, sizeof(*document));
}
