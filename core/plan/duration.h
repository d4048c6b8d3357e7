/*
 * duration - durations and sizes as people write them.
 */
#ifndef WEIR_PLAN_DURATION_H
#define WEIR_PLAN_DURATION_H

#include <stdint.h>

/* A duration, "500ms", "30s", "5m", "1h", in milliseconds; -1 when the text is none, or when its
 * nanoseconds do not fit 64 bits. */
int64_t duration_parse(const char *text);

/* The shortest such text. out has room for 32 characters. */
const char *duration_text(int64_t duration_ms, char out[32]);

/* A size in bytes, "64KiB", "10MB", "100", "100B"; -1 when the text is none or does not fit. */
int64_t size_parse(const char *text);

#endif
