/*
 * parser - how document_parse and document_token share the reading of one text.
 *
 * Life:     within one call of document_parse_text.
 */
#ifndef WEIR_APP_PARSER_H
#define WEIR_APP_PARSER_H

#include "app/document.h"

struct parser {
    struct document *document;
    const struct document_text *source;
    const char *text;
    size_t size;
    size_t at;
    size_t value_end; /* behind the last value or key: where a comma is missing */
    uint32_t depth;
    uint32_t mistakes_count;
    struct problems *problems;
    bool is_over; /* told, or out of memory: return */
    weir_status status;
};

/* Adds a problem at an offset; too many of them end the reading. */
void parser_tell(struct parser *parser, const char *code, size_t offset, const char *help,
                 const char *format, ...) PRINTF_LIKE(5, 6);

/* Adds a syntax error and ends the reading. */
void parser_give_up(struct parser *parser, size_t offset, const char *help, const char *message);

/* No memory: ends the reading. */
void parser_run_out(struct parser *parser);

static inline char parser_peek(const struct parser *parser)
{
    return parser->at < parser->size ? parser->text[parser->at] : '\0';
}

static inline bool parser_at_end(const struct parser *parser)
{
    return parser->at >= parser->size;
}

/* True for what numbers and words are made of. */
bool parser_is_word_byte(char byte);

/* A string at the cursor, which moves behind it. False when the reading is over. */
bool parser_read_string(struct parser *parser, const char **out, size_t *size);

/* true, false, null, a number; or a word that is none of these, which is told. */
void parser_read_word(struct parser *parser, struct document_node *node);

#endif
