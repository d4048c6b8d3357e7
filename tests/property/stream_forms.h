/*
 * stream_forms - the operators that a random program of streams is made of.
 */
#ifndef WEIR_TESTS_STREAM_FORMS_H
#define WEIR_TESTS_STREAM_FORMS_H

#include <weir/weir.h>

/* What a form makes its stream of. */
struct stream_input {
    struct weir_stream *left;
    struct weir_stream *right;
    uint32_t partitions;
    uint32_t number;
    const char *window; /* durations that fit the left stream */
    const char *slide;
};

enum stream_takes { STREAM_ANY, STREAM_PAIRS, STREAM_PLAIN };
enum stream_gives { GIVES_SAME, GIVES_PAIRS, GIVES_PLAIN };

/* How many rows come of so many; generous. */
enum stream_growth {
    GROWS_NOT,    /* as many at most */
    GROWS_SOME,   /* a few times as many */
    GROWS_TO_ONE, /* one, or one for each partition, of any size */
    GROWS_ADDED,  /* two streams' together */
    GROWS_JOINED  /* one's times the other's, about */
};

struct stream_form {
    const char *name;
    uint32_t parents_count;
    enum stream_takes takes;
    enum stream_gives gives;
    enum stream_growth growth;
    bool is_window;
    struct weir_stream *(*make)(const struct stream_input *input);
};

extern const struct stream_form stream_forms[];
extern const uint32_t stream_forms_count;

#endif
