/*
 * weir/function.h - the functions that a program gives to operators, and what they may do.
 *
 * A function stands in the plan by its name, with one argument value that is part of the plan; it
 * keeps no state of its own and may run on several threads at once, again after a failure, and for
 * the same rows twice.
 *
 *     static void split(const struct weir_row *line, struct weir_emitter *out,
 *                       struct weir_value argument);
 *
 *     weir_flat_map(lines, WEIR_FUNCTION(split), weir_null());
 *
 * Memory: what a function is shown is borrowed until it returns. What it emits may point into what
 * it was shown, into its argument, into literals, or into weir_emitter_memory.
 */
#ifndef WEIR_FUNCTION_H
#define WEIR_FUNCTION_H

#include <stddef.h>
#include <weir/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row. On a plain stream key is null; on a pair stream both are set. */
struct weir_row {
    struct weir_value key;
    struct weir_value value;
};

/* Where a function's results go. The members belong to the engine: use the calls below. */
struct weir_emitter {
    struct weir_value *keys;
    struct weir_value *values;
    uint32_t count;
    uint32_t capacity;
    void (*flush)(struct weir_emitter *out);
    void *(*memory)(struct weir_emitter *out, size_t size);
    void (*on_error)(struct weir_emitter *out, const char *reason);
    bool is_failed;
};

/* What stands for the key of a row that has none: no value that there is. */
static inline struct weir_value weir_no_key(void)
{
    struct weir_value value = weir_null();

    value.integer = 1;
    return value;
}

/* Emits a row of a plain stream. In a function of weir_map_to_pair use weir_emit_pair. */
static inline void weir_emit(struct weir_emitter *out, struct weir_value value)
{
    if (out->count == out->capacity) {
        out->flush(out);
    }
    out->keys[out->count] = weir_no_key();
    out->values[out->count++] = value;
}

/* Emits a row of a pair stream. */
static inline void weir_emit_pair(struct weir_emitter *out, struct weir_value key,
                                  struct weir_value value)
{
    if (out->count == out->capacity) {
        out->flush(out);
    }
    out->keys[out->count] = key;
    out->values[out->count++] = value;
}

/* Memory, aligned to 16, that lives until what was emitted has been used. Never NULL: when there is
 * none, the call fails the task as weir_emit_error does and lends a scratch of at most 64 KiB; a
 * larger request gets NULL then. */
static inline void *weir_emitter_memory(struct weir_emitter *out, size_t size)
{
    return out->memory(out, size);
}

/* Says that this row cannot be handled: the task fails with this reason and is tried again. */
static inline void weir_emit_error(struct weir_emitter *out, const char *reason)
{
    out->on_error(out, reason);
}

/* map (emits exactly one row), flatMap (any number), map to pair, flat map values ... */
typedef void (*weir_row_function)(const struct weir_row *row, struct weir_emitter *out,
                                  struct weir_value argument);

/* filter: true keeps the row. */
typedef bool (*weir_test_function)(const struct weir_row *row, struct weir_value argument);

/* reduce: associative and commutative. `memory` serves weir_emitter_memory alone. */
typedef struct weir_value (*weir_reduce_function)(struct weir_value left, struct weir_value right,
                                                  struct weir_emitter *memory,
                                                  struct weir_value argument);

/* combineByKey and its kin: the first value of a key becomes a combiner (what is returned). */
typedef struct weir_value (*weir_create_function)(struct weir_value value,
                                                  struct weir_emitter *memory,
                                                  struct weir_value argument);

/* A partition's rows, one after the other. */
struct weir_iterator {
    uint32_t partition; /* its number, from 0 */
    bool (*next)(struct weir_iterator *rows, struct weir_row *out);
};

/* False: there are no more rows, and *out is as it was. */
static inline bool weir_next(struct weir_iterator *rows, struct weir_row *out)
{
    return rows->next(rows, out);
}

/* mapPartitions: called once per partition, an empty one too; emits any number of rows. */
typedef void (*weir_partition_function)(struct weir_iterator *rows, struct weir_emitter *out,
                                        struct weir_value argument);

/* zipPartitions: called once per partition, with an iterator for each of the RDDs. */
typedef void (*weir_zip_function)(struct weir_iterator *const *rows, uint32_t count,
                                  struct weir_emitter *out, struct weir_value argument);

/* A partitioner of the program's own: 0 to partitions_count - 1, the same for equal keys. */
typedef uint32_t (*weir_partitioner_function)(struct weir_value key, uint32_t partitions_count,
                                              struct weir_value argument);

/* A key's new values and its state, as updateStateByKey's function is shown them. */
struct weir_update {
    struct weir_value key;
    const struct weir_value *values;
    uint32_t values_count;
    bool has_state;
    struct weir_value state; /* null when there is none; the function sets the new one */
    int64_t time_ms;         /* the batch's */
};

/* updateStateByKey: called for each key that has state or new values. True keeps update->state as
 * the key's state, false removes the key. */
typedef bool (*weir_update_function)(struct weir_update *update, struct weir_emitter *memory,
                                     struct weir_value argument);

/* A key's state, as mapWithState's function is shown it: weir/weir.h has the calls. */
struct weir_state;

/* mapWithState: called for each row with its value, and once, with value NULL, for a key that times
 * out. What it emits are the rows of the mapped stream. */
typedef void (*weir_state_function)(struct weir_value key, const struct weir_value *value,
                                    struct weir_state *state, struct weir_emitter *out,
                                    int64_t time_ms, struct weir_value argument);

struct weir_rdd; /* a batch's data, lazily: weir/weir.h */

/* transformWith and transform over several streams: as weir_transform_function, over all. */
typedef struct weir_rdd *(*weir_transform_all_function)(struct weir_rdd *const *rdds,
                                                        uint32_t count, int64_t time_ms,
                                                        struct weir_value argument);

/* transform: runs once a batch on the context's own thread; returns the RDD to go on with (the one
 * it was given, or one derived from it), or NULL after a failure, which fails the batch. */
typedef struct weir_rdd *(*weir_transform_function)(struct weir_rdd *rdd, int64_t time_ms,
                                                    struct weir_value argument);

/* foreachRDD: runs once a batch on the context's own thread. 0, or a weir_status < 0: the output
 * has failed. */
typedef int32_t (*weir_foreach_function)(struct weir_rdd *rdd, int64_t time_ms,
                                         struct weir_value argument);

enum weir_function_kind {
    WEIR_FUNCTION_NAMED = 0, /* known by its name alone: a built-in, or a registered one */
    WEIR_FUNCTION_ROW = 1,
    WEIR_FUNCTION_TEST = 2,
    WEIR_FUNCTION_REDUCE = 3,
    WEIR_FUNCTION_TRANSFORM = 4,
    WEIR_FUNCTION_FOREACH = 5,
    WEIR_FUNCTION_CREATE = 6,
    WEIR_FUNCTION_PARTITION = 7,
    WEIR_FUNCTION_PARTITIONER = 8,
    WEIR_FUNCTION_UPDATE = 9,
    WEIR_FUNCTION_STATE = 10,
    WEIR_FUNCTION_TRANSFORM_ALL = 11,
    WEIR_FUNCTION_ZIP = 12
};

struct weir_function {
    const char *name; /* lives as long as the program */
    enum weir_function_kind kind;
    union {
        void (*any)(void); /* whatever it is: to compare */
        weir_row_function row;
        weir_test_function test;
        weir_reduce_function reduce;
        weir_transform_function transform;
        weir_foreach_function foreach;
        weir_create_function create;
        weir_partition_function partition;
        weir_partitioner_function partitioner;
        weir_update_function update;
        weir_state_function state;
        weir_transform_all_function transform_all;
        weir_zip_function zip;
    };
};

/* weir_function_of_KIND(name, call): what WEIR_FUNCTION chooses from. */
#define WEIR_FUNCTION_OF(member, kind_word)                                                     \
    static inline struct weir_function weir_function_of_##member(const char *name,              \
                                                                 weir_##member##_function call) \
    {                                                                                           \
        struct weir_function function = {0};                                                    \
                                                                                                \
        function.name = name;                                                                   \
        function.kind = WEIR_FUNCTION_##kind_word;                                              \
        function.member = call;                                                                 \
        return function;                                                                        \
    }

WEIR_FUNCTION_OF(row, ROW)
WEIR_FUNCTION_OF(test, TEST)
WEIR_FUNCTION_OF(reduce, REDUCE)
WEIR_FUNCTION_OF(transform, TRANSFORM)
WEIR_FUNCTION_OF(foreach, FOREACH)
WEIR_FUNCTION_OF(create, CREATE)
WEIR_FUNCTION_OF(partition, PARTITION)
WEIR_FUNCTION_OF(partitioner, PARTITIONER)
WEIR_FUNCTION_OF(update, UPDATE)
WEIR_FUNCTION_OF(state, STATE)
WEIR_FUNCTION_OF(transform_all, TRANSFORM_ALL)
WEIR_FUNCTION_OF(zip, ZIP)

/* A function that the plan finds by its name: a built-in ("sum", "split", "with_one" ...). */
static inline struct weir_function weir_builtin(const char *name)
{
    struct weir_function function = {.name = name, .kind = WEIR_FUNCTION_NAMED, .row = NULL};

    return function;
}

/* The program's own function, named as it is in the source; its kind follows from its type. */
/* clang-format off */
#define WEIR_FUNCTION(call)                                                                        \
    _Generic((call),                                                                               \
        weir_row_function: weir_function_of_row,                                                   \
        weir_test_function: weir_function_of_test,                                                 \
        weir_reduce_function: weir_function_of_reduce,                                             \
        weir_transform_function: weir_function_of_transform,                                       \
        weir_foreach_function: weir_function_of_foreach,                                           \
        weir_create_function: weir_function_of_create,                                             \
        weir_partition_function: weir_function_of_partition,                                       \
        weir_partitioner_function: weir_function_of_partitioner,                                   \
        weir_update_function: weir_function_of_update,                                             \
        weir_state_function: weir_function_of_state,                                               \
        weir_transform_all_function: weir_function_of_transform_all,                               \
        weir_zip_function: weir_function_of_zip)(#call, call)
/* clang-format on */

/* Built-ins. */
#define WEIR_SUM         weir_builtin("sum")         /* reduce: int + int, else as floats */
#define WEIR_MIN         weir_builtin("min")         /* reduce: by the order of values */
#define WEIR_MAX         weir_builtin("max")         /* reduce */
#define WEIR_DIFFERENCE  weir_builtin("difference")  /* reduce: what undoes a sum */
#define WEIR_NOT_ZERO    weir_builtin("not_zero")    /* test: not the number 0 */
#define WEIR_RUNNING_SUM weir_builtin("running_sum") /* update: state and new values added up */
#define WEIR_SUM_SO_FAR  weir_builtin("sum_so_far") /* state: x -> [key, sum of the key's so far] */
#define WEIR_WITH_ONE    weir_builtin("with_one")   /* map to pair: x -> (x, 1) */
#define WEIR_SPLIT       weir_builtin("split")      /* flat map: a text -> its words */
#define WEIR_LOWER       weir_builtin("lower")      /* map: ASCII letters to lower case */
#define WEIR_BY_HASH     weir_builtin("hash")       /* partitioner: the default */
#define WEIR_BY_RANGE    weir_builtin("range")      /* partitioner of partitionBy: keys in order */

#ifdef __cplusplus
}
#endif
#endif
