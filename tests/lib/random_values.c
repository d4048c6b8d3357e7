/* random_values - values of every kind and depth, from a seed that a failing test prints. */
#include "lib/random_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void random_start(struct random *random)
{
    const char *wanted = getenv("WEIR_TEST_SEED");
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    random->state = wanted != NULL ? strtoull(wanted, NULL, 10)
                                   : (uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec;
    printf("WEIR_TEST_SEED=%llu\n", (unsigned long long)random->state);
    fflush(stdout);
}

/* splitmix64 */
uint64_t random_next(struct random *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)(random_next(random) % bound);
}

static void *take(struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);

    if (memory == NULL) {
        abort();
    }
    return memory;
}

static struct weir_value random_int(struct random *random)
{
    static const int64_t odd[] = {0,
                                  1,
                                  -1,
                                  -32,
                                  -33,
                                  127,
                                  128,
                                  255,
                                  256,
                                  65535,
                                  65536,
                                  INT64_C(1) << 32,
                                  INT64_C(1) << 53,
                                  (INT64_C(1) << 53) + 1,
                                  INT64_MAX,
                                  INT64_MAX - 1,
                                  INT64_MIN,
                                  INT64_MIN + 1};

    switch (random_below(random, 3)) {
    case 0:
        return weir_int(odd[random_below(random, sizeof(odd) / sizeof(odd[0]))]);
    case 1:
        return weir_int((int64_t)random_below(random, 7) - 3);
    default:
        return weir_int((int64_t)random_next(random) >> random_below(random, 64));
    }
}

double random_float(struct random *random)
{
    static const double odd[] = {0.0,    -0.0,    1.0,    2.5,      -1.5,      0.1,
                                 1e300,  5e-324,  NAN,    INFINITY, -INFINITY, 0x1p53,
                                 0x1p63, -0x1p63, 0x1p64, 1e7,      1e-3,      0x1p-1022};
    uint64_t word = random_next(random);
    double number;

    switch (random_below(random, 3)) {
    case 0:
        return odd[random_below(random, sizeof(odd) / sizeof(odd[0]))];
    case 1:
        return (double)random_below(random, 7) - 3;
    default:
        memcpy(&number, &word, sizeof(number));
        return number;
    }
}

struct weir_value random_bytes(struct random *random, struct arena *arena)
{
    static const char *const letters[] = {"a", "b", "\xC3\xA9", "\xE2\x82\xAC", "\"", "\\", "\n"};
    uint32_t count = random_below(random, random_below(random, 8) == 0 ? 300 : 16);
    char *bytes = take(arena, (size_t)count * 4 + 1);
    bool is_text = random_below(random, 2) == 0;
    uint32_t size = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (is_text) {
            const char *letter = letters[random_below(random, 7)];
            memcpy(bytes + size, letter, strlen(letter));
            size += (uint32_t)strlen(letter);
        } else {
            bytes[size++] = random_below(random, 4) == 0 ? (char)random_next(random) : 'a';
        }
    }
    return is_text ? weir_text_bytes(bytes, size) : weir_bytes(bytes, size);
}

static struct weir_value random_items(struct random *random, struct arena *arena, uint32_t depth)
{
    uint32_t count = random_below(random, random_below(random, 16) == 0 ? 40 : 4);
    struct weir_value *items = take(arena, sizeof(*items) * (2 * count + 1));

    for (uint32_t i = 0; i < 2 * count; i++) {
        items[i] = random_value(random, arena, count > 4 ? 0 : depth - 1);
    }
    switch (random_below(random, 3)) {
    case 0:
        return weir_list(items, count);
    case 1:
        return weir_tuple(items, count);
    default:
        return weir_map_value(items, count);
    }
}

struct weir_value random_value(struct random *random, struct arena *arena, uint32_t depth)
{
    switch (random_below(random, depth > 0 ? 8 : 5)) {
    case 0:
        return weir_null();
    case 1:
        return weir_bool(random_below(random, 2) == 0);
    case 2:
        return random_int(random);
    case 3:
        return weir_float(random_float(random));
    case 4:
        return random_bytes(random, arena);
    default:
        return random_items(random, arena, depth);
    }
}
