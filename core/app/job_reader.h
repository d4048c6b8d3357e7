/*
 * job_reader - what the parts of a job file's reading share: keys, kinds, and how to complain.
 *
 * Life:     within one call of job_open.
 */
#ifndef WEIR_APP_JOB_READER_H
#define WEIR_APP_JOB_READER_H

#include "app/job.h"

#define KIND_BIT(kind) (1u << (kind))
#define KIND_TEXT      KIND_BIT(DOCUMENT_TEXT)
#define KIND_NUMBER    KIND_BIT(DOCUMENT_NUMBER)
#define KIND_BOOL      KIND_BIT(DOCUMENT_BOOL)
#define KIND_LIST      KIND_BIT(DOCUMENT_LIST)
#define KIND_OBJECT    KIND_BIT(DOCUMENT_OBJECT)
#define KIND_DURATION  (KIND_TEXT | 1u << 8) /* a text that is a duration: for messages */
#define KIND_SIZE      (KIND_TEXT | 1u << 9) /* a text that is a number of bytes */
#define KIND_ANY       0xFFu

struct job_reader {
    struct job *job;
    const struct job_request *request;
    char *folder; /* of the job file */
    struct problems *problems;
};

/* One key that an object may have. */
struct job_key {
    const char *name;
    uint32_t kinds;
    bool is_required;
};

/* Complains of the node's value, or of its key. */
void job_tell(struct job_reader *reader, const struct document_node *node, const char *code,
              const char *help, const char *format, ...) PRINTF_LIKE(5, 6);
void job_tell_key(struct job_reader *reader, const struct document_node *node, const char *code,
                  const char *help, const char *format, ...) PRINTF_LIKE(5, 6);

/* Complains of keys that are not in the table (but for "x-..."), of values of a wrong kind, and of
 * required keys that are missing. owner: "the job file", "a source". */
void job_check_keys(struct job_reader *reader, const struct document_node *object,
                    const char *owner, const struct job_key *keys, size_t keys_count);

/* The value of a key when it is there and of that kind; NULL otherwise. Nothing is told. */
const struct document_node *job_get(const struct document_node *object, const char *key,
                                    uint32_t kinds);

/* A text without NUL characters; NULL when there is none, or after it was told why not. */
const char *job_get_text(struct job_reader *reader, const struct document_node *object,
                         const char *key);

/* A duration in ms; `missing` when there is none; -1 after it was told what is wrong. */
int64_t job_get_duration(struct job_reader *reader, const struct document_node *object,
                         const char *key, int64_t missing);

/* A size in bytes, above zero; 0 when there is none, or after it was told what is wrong. */
int64_t job_get_size(struct job_reader *reader, const struct document_node *object,
                     const char *key);

/* A whole number in a range; 0 when there is none, or after it was told what is wrong. */
uint32_t job_get_count(struct job_reader *reader, const struct document_node *object,
                       const char *key, uint32_t min, uint32_t max);

bool job_get_bool(const struct document_node *object, const char *key, bool missing);

/* What an operator with state has besides: "initial" and "timeout". */
void job_read_state(struct job_reader *reader, const struct document_node *node,
                    const struct operator_class *class, struct node_spec *spec);

/* Sources, operators and sinks, into the graph. */
CHECKED weir_status job_read_graph(struct job_reader *reader, const struct document_node *root,
                                   weir_error *error);

#endif
