/*
 * life - one of Spark's cases of contexts, listeners, receivers and clocks being run.
 *
 * Such a case is a few calls and what they shall give, mostly in words: each kind has a function
 * that knows them.
 */
#ifndef WEIR_TESTS_LIFE_H
#define WEIR_TESTS_LIFE_H

#include <cjson/cJSON.h>
#include <weir/test.h>

enum outcome { PASSED, FAILED, LEFT_OUT };

struct life {
    const cJSON *item;
    const cJSON *params;
    const cJSON *inputs;
    const cJSON *expected;
    const char *fixtures; /* the folder of the plugins that tests load */
    const char *plugins;  /* the folder of the built plugins */
    char why[512];
};

/* Keeps the reason; returns the outcome. */
enum outcome life_say(struct life *life, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define LIFE_CHECK(life, condition)                                                 \
    do {                                                                            \
        if (!(condition)) {                                                         \
            return life_say(life, FAILED, "line %d: not %s", __LINE__, #condition); \
        }                                                                           \
    } while (0)

int64_t life_number(const cJSON *object, const char *key, int64_t missing);
const char *life_text(const cJSON *object, const char *key);

/* A temporary folder, removed with all in it by the end of the run. */
const char *life_folder(void);

/* The kinds; a case of an unknown op or name is LEFT_OUT. */
enum outcome life_run_lifecycle(struct life *life);
enum outcome life_run_listener(struct life *life);
enum outcome life_run_table(struct life *life);
enum outcome life_run_pid(struct life *life);
enum outcome life_run_timer(struct life *life);
enum outcome life_run_block_generator(struct life *life);
enum outcome life_run_block_tracker(struct life *life);
enum outcome life_run_receiver(struct life *life);
enum outcome life_run_files(struct life *life);

#endif
