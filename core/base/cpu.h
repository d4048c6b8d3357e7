/*
 * cpu - what this processor can do, asked once. Kernels choose their form by it.
 *
 * The environment variable WEIR_CPU=portable makes every answer "no", so that tests run the
 * portable twins on any machine.
 */
#ifndef WEIR_BASE_CPU_H
#define WEIR_BASE_CPU_H

#include <stdbool.h>

bool cpu_has_avx2(void);   /* with bmi1, bmi2 and popcnt */
bool cpu_has_avx512(void); /* f, bw, vl, vbmi2 */
bool cpu_has_neon(void);

#endif
