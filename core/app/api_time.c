/*
 * api_time - times of batches as text.
 */
#include <stdio.h>
#include <time.h>
#include <weir/time.h>

char *weir_batch_time_text(int64_t time_ms, int64_t batch_ms, bool has_date,
                           char text[WEIR_TIME_TEXT_BYTES])
{
    int64_t second_ms = weir_time_floor(time_ms, 1000, 0);
    time_t seconds = (time_t)(second_ms / 1000);
    struct tm parts;
    size_t size;

    text[0] = '\0';
    if (localtime_r(&seconds, &parts) == NULL) {
        snprintf(text, WEIR_TIME_TEXT_BYTES, "%lld ms", (long long)time_ms);
        return text;
    }
    size =
        strftime(text, WEIR_TIME_TEXT_BYTES, has_date ? "%Y/%m/%d %H:%M:%S" : "%H:%M:%S", &parts);
    if (batch_ms < 1000) {
        snprintf(text + size, WEIR_TIME_TEXT_BYTES - size, ".%03d", (int)(time_ms - second_ms));
    }
    return text;
}
