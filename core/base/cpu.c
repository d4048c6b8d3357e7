/*
 * cpu - what this processor can do, asked once.
 */
#include "base/cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct features {
    bool has_avx2;
    bool has_avx512;
    bool has_neon;
};

static struct features found;
static pthread_once_t is_asked = PTHREAD_ONCE_INIT;

static void ask(void)
{
    const char *wanted = getenv("WEIR_CPU");

    if (wanted != NULL && strcmp(wanted, "portable") == 0) {
        return;
    }
#if defined(__x86_64__)
    /* These look at what the system saves of the registers, too. */
    __builtin_cpu_init();
    found.has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                     __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    found.has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
#elif defined(__aarch64__)
    found.has_neon = true; /* part of the architecture */
#endif
}

static const struct features *features(void)
{
    pthread_once(&is_asked, ask);
    return &found;
}

bool cpu_has_avx2(void)
{
    return features()->has_avx2;
}

bool cpu_has_avx512(void)
{
    return features()->has_avx512;
}

bool cpu_has_neon(void)
{
    return features()->has_neon;
}
