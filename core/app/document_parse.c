/*
 * document_parse - the reader behind a document: JSON with comments and trailing commas.
 *
 * A mistake that leaves no doubt about what follows (a missing comma, a number such as 01, a word
 * that is no value) is told and read over; any other ends the reading.
 */
#include <stdlib.h>
#include <string.h>

#include "app/parser.h"
#include "base/mem.h"
#include "data/utf8.h"

static bool starts_with(const struct parser *parser, const char *text)
{
    size_t size = strlen(text);

    return parser->size - parser->at >= size && memcmp(parser->text + parser->at, text, size) == 0;
}

/* Over white space and comments. */
static void skip_blank(struct parser *parser)
{
    while (!parser_at_end(parser)) {
        char byte = parser_peek(parser);
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
            parser->at++;
        } else if (starts_with(parser, "//")) {
            const char *end = memchr(parser->text + parser->at, '\n', parser->size - parser->at);
            parser->at = end == NULL ? parser->size : (size_t)(end - parser->text);
        } else if (starts_with(parser, "/*")) {
            const char *end =
                memmem(parser->text + parser->at + 2, parser->size - parser->at - 2, "*/", 2);
            if (end == NULL) {
                parser_give_up(parser, parser->at, "close it with */", "this comment has no end");
                parser->at = parser->size;
                return;
            }
            parser->at = (size_t)(end - parser->text) + 2;
        } else {
            return;
        }
    }
}

static struct document_node *make_node(struct parser *parser, enum document_kind kind)
{
    struct document_node *node;

    if (parser->document->nodes_count == DOCUMENT_NODES_MAX) {
        parser_give_up(parser, parser->at, NULL, "there are more than a million values");
        return NULL;
    }
    node = arena_zalloc(&parser->document->arena, sizeof(*node));
    if (node == NULL) {
        parser_run_out(parser);
        return NULL;
    }
    parser->document->nodes_count++;
    node->kind = kind;
    node->source = parser->source;
    node->offset = parser->at;
    return node;
}

static struct document_node *read_value(struct parser *parser);

static void add_child(struct document_node *parent, struct document_node *child)
{
    child->parent = parent;
    child->index = parent->children_count++;
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
}

static int compare_keys(const void *left, const void *right)
{
    const struct document_node *a = *(struct document_node *const *)left;
    const struct document_node *b = *(struct document_node *const *)right;
    int order = strcmp(a->key, b->key);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static size_t line_of(const struct parser *parser, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset; i++) {
        line += parser->text[i] == '\n';
    }
    return line;
}

/* The later of two is out of the tree from now on. */
static void take_out(struct document_node *object, struct document_node *child)
{
    struct document_node *before = object->first;

    while (before->next != child) {
        before = before->next;
    }
    before->next = child->next;
    object->last = object->last == child ? before : object->last;
    object->children_count--;
}

/* Keys that are there twice: told, and taken out. */
static void find_duplicates(struct parser *parser, struct document_node *object)
{
    struct document_node **sorted;
    size_t count = 0;

    if (object->children_count < 2) {
        return;
    }
    sorted = mem_alloc(object->children_count * sizeof(struct document_node *));
    if (sorted == NULL) {
        parser_run_out(parser);
        return;
    }
    for (struct document_node *child = object->first; child != NULL; child = child->next) {
        sorted[count++] = child;
    }
    qsort(sorted, count, sizeof(struct document_node *), compare_keys);
    for (size_t i = 1, first = 0; i < count && !parser->is_over; i++) {
        if (strcmp(sorted[i]->key, sorted[first]->key) == 0) {
            parser_tell(parser, "E006", sorted[i]->key_offset,
                        "one of the two would silently be ignored; rename or delete one",
                        "duplicate key \"%.64s\" (first defined at line %zu)", sorted[i]->key,
                        line_of(parser, sorted[first]->key_offset));
            take_out(object, sorted[i]);
        } else {
            first = i;
        }
    }
    mem_free(sorted);
}

/* A key and its colon; false when the reading is over. */
static bool read_key(struct parser *parser, const char **key, size_t *offset, size_t *size)
{
    size_t text_size;

    *offset = parser->at;
    if (parser_peek(parser) != '"') {
        parser_give_up(
            parser, parser->at,
            parser_is_word_byte(parser_peek(parser)) ? "keys stand between double quotes" : NULL,
            parser_at_end(parser) ? "the file ends inside of an object" : "expected a key or '}'");
        return false;
    }
    if (!parser_read_string(parser, key, &text_size)) {
        return false;
    }
    *size = parser->at - *offset;
    if (strlen(*key) != text_size) {
        parser_tell(parser, "E002", *offset, NULL, "a key cannot have a NUL character");
    }
    skip_blank(parser);
    if (parser_peek(parser) != ':') {
        parser_give_up(parser, parser->value_end, "a colon is missing",
                       "expected ':' after this key");
        return false;
    }
    parser->at++;
    skip_blank(parser);
    return !parser->is_over;
}

/* Behind an item: true when another one follows. */
static bool read_separator(struct parser *parser, char close)
{
    skip_blank(parser);
    if (parser->is_over) {
        return false;
    }
    if (parser_peek(parser) == ',') {
        parser->at++;
        skip_blank(parser);
        return !parser->is_over && parser_peek(parser) != close;
    }
    if (parser_peek(parser) == close) {
        return false;
    }
    if (parser_peek(parser) == '"' ||
        (close == ']' && strchr("{[-0123456789", parser_peek(parser)) != NULL &&
         !parser_at_end(parser))) {
        parser_tell(parser, "E001", parser->value_end, "a comma is missing",
                    "expected ',' or '%c' after this value", close);
        return !parser->is_over;
    }
    parser_give_up(parser, parser->value_end,
                   parser_at_end(parser) ? "the file ends too early: is a bracket missing?" : NULL,
                   close == '}' ? "expected ',' or '}' after this value"
                                : "expected ',' or ']' after this value");
    return false;
}

/* An object or a list, from its opening bracket to its closing one. */
static void read_items(struct parser *parser, struct document_node *node, char close)
{
    bool goes_on;

    if (++parser->depth > DOCUMENT_NESTING_MAX) {
        parser_give_up(parser, parser->at, NULL, "this is nested more than 64 deep");
        return;
    }
    parser->at++;
    parser->value_end = parser->at;
    skip_blank(parser);
    goes_on = !parser->is_over && parser_peek(parser) != close;
    while (goes_on) {
        const char *key = NULL;
        size_t key_offset = 0, key_size = 0;
        struct document_node *child;
        if (close == '}' && !read_key(parser, &key, &key_offset, &key_size)) {
            return;
        }
        child = read_value(parser);
        if (child == NULL || parser->is_over) {
            return;
        }
        child->key = key;
        child->key_offset = key_offset;
        child->key_size = key_size;
        add_child(node, child);
        goes_on = read_separator(parser, close);
    }
    if (parser->is_over) {
        return;
    }
    parser->at++;
    parser->value_end = parser->at;
    parser->depth--;
    node->size = parser->at - node->offset;
    if (close == '}') {
        find_duplicates(parser, node);
    }
}

/* NULL when the reading is over. Nesting is bounded, so is the recursion. */
static struct document_node *read_value(struct parser *parser)
{
    struct document_node *node = make_node(parser, DOCUMENT_NULL);

    if (node == NULL) {
        return NULL;
    }
    switch (parser_peek(parser)) {
    case '{':
        node->kind = DOCUMENT_OBJECT;
        read_items(parser, node, '}');
        break;
    case '[':
        node->kind = DOCUMENT_LIST;
        read_items(parser, node, ']');
        break;
    case '"':
        node->kind = DOCUMENT_TEXT;
        parser_read_string(parser, &node->text, &node->text_size);
        node->size = parser->at - node->offset;
        break;
    default:
        parser_read_word(parser, node);
        break;
    }
    return parser->is_over ? NULL : node;
}

weir_status document_parse_text(struct document *document, const struct document_text *source,
                                struct problems *problems, struct document_node **out,
                                weir_error *error)
{
    struct parser parser = {.document = document,
                            .source = source,
                            .text = source->text,
                            .size = source->size,
                            .problems = problems};
    size_t valid = utf8_valid_size(source->text, source->size);

    *out = NULL;
    if (valid < source->size) {
        parser_tell(&parser, "E002", valid, "save the file as UTF-8",
                    "this byte (0x%02x) is not UTF-8", (unsigned char)source->text[valid]);
        return WEIR_OK;
    }
    if (starts_with(&parser, "\xEF\xBB\xBF")) {
        parser.at = 3; /* a byte order mark, as some editors write it */
    }
    skip_blank(&parser);
    *out = parser.is_over ? NULL : read_value(&parser);
    skip_blank(&parser);
    if (!parser.is_over && !parser_at_end(&parser)) {
        parser_give_up(&parser, parser.at, NULL, "something follows the end of the job");
    }
    return parser.status == WEIR_OK
               ? WEIR_OK
               : error_set(error, parser.status, "no memory to read %s", source->name);
}
