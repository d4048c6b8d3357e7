/*
 * document - a job file as a tree that knows where each key and each value stands.
 *
 * Read is JSON with comments and trailing commas, and nothing else: all that strict JSON refuses is
 * refused (numbers such as 01, raw control characters, bytes that are not UTF-8, keys twice), and
 * so is what is too deep, too large or too long. As much as possible is found in one reading.
 *
 * Life:     document_init, document_parse, document_set ..., reading, document_fini.
 * Threads:  one owner.
 * Memory:   nodes and texts live in the document's arena; the file's text is the document's.
 */
#ifndef WEIR_APP_DOCUMENT_H
#define WEIR_APP_DOCUMENT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "plan/problem.h"

#define DOCUMENT_BYTES_MAX   ((size_t)16 << 20)
#define DOCUMENT_NESTING_MAX 64u
#define DOCUMENT_NODES_MAX   1000000u

enum document_kind {
    DOCUMENT_NULL,
    DOCUMENT_BOOL,
    DOCUMENT_NUMBER,
    DOCUMENT_TEXT,
    DOCUMENT_LIST,
    DOCUMENT_OBJECT
};

/* What a place in a node refers to: the file, or an argument of the command line. */
struct document_text {
    const char *name;
    const char *text;
    size_t size;
};

struct document_node {
    enum document_kind kind;
    bool is_bad;         /* a problem was told: what it holds is made up */
    bool is_placeholder; /* text: the whole of it was one placeholder, ${env:X} */
    bool truth;
    bool is_integer; /* number: `integer` is its value, and exact */
    int64_t integer;
    double number;
    const char *text; /* ends with NUL, which may also stand inside it */
    size_t text_size;
    const struct document_text *source;
    size_t offset; /* the value as it stands there */
    size_t size;
    const char *key; /* NULL in a list */
    size_t key_offset;
    size_t key_size; /* with its quotes; 0: it stands nowhere */
    struct document_node *parent;
    struct document_node *next;
    struct document_node *first;
    struct document_node *last;
    uint32_t children_count;
    uint32_t index; /* among its parent's children */
};

struct document {
    struct arena arena;
    struct bytes bytes; /* the file */
    struct document_text file;
    struct document_node *root; /* NULL: there is none, for the text is no JSON */
    uint32_t nodes_count;
};

void document_init(struct document *document);

/* Reads the text: name is how it is called in messages (borrowed), bytes is moved in. What is wrong
 * is added to problems, by offset. Fails only for want of memory. */
CHECKED weir_status document_parse(struct document *document, const char *name, struct bytes *bytes,
                                   struct problems *problems, weir_error *error);

/* Puts a value at a place, "/job/batch=1s": JSON, or else a text. Objects on the way are made.
 * `text` outlives the document. WEIR_E_INVAL tells why that cannot be. */
CHECKED weir_status document_set(struct document *document, const char *text, weir_error *error);

/* NULL when the object has none, or when it is no object. */
struct document_node *document_member(const struct document_node *object, const char *key);

/* The node at a JSON pointer, or the nearest above it that there is; *is_exact tells which. NULL
 * when the document is empty. */
const struct document_node *document_locate(const struct document *document, const char *pointer,
                                            bool *is_exact);

/* Appends the node's JSON pointer. */
void document_write_pointer(const struct document_node *node, struct bytes *out);

/* Appends a text as a JSON string. */
void document_write_text(const char *text, size_t size, struct bytes *out);

/* "an object", "a string" ... */
const char *document_kind_name(enum document_kind kind);

void document_fini(struct document *document);

/* The next is for document.c and document_parse.c. */

CHECKED weir_status document_parse_text(struct document *document,
                                        const struct document_text *source,
                                        struct problems *problems, struct document_node **out,
                                        weir_error *error);

#endif
