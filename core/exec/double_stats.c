/*
 * double_stats - count, mean, variance and extremes, one number at a time, and merged.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/number.h"
#include "exec/action_double.h"

#define DECIMALS 6

void double_stats_init(struct double_stats *stats)
{
    *stats = (struct double_stats){.max = -INFINITY, .min = INFINITY};
}

/* NaN if either is; fmax would pass it over. */
static double greater(double left, double right)
{
    return isnan(left) || left > right ? left : right;
}

static double smaller(double left, double right)
{
    return isnan(left) || left < right ? left : right;
}

void double_stats_add(struct double_stats *stats, double number)
{
    double delta = number - stats->mean;

    stats->count++;
    stats->mean += delta / (double)stats->count;
    stats->squares += delta * (number - stats->mean);
    stats->max = greater(stats->max, number);
    stats->min = smaller(stats->min, number);
}

void double_stats_merge(struct double_stats *stats, const struct double_stats *other)
{
    double count = (double)stats->count;
    double other_count = (double)other->count;

    if (stats->count == 0) {
        *stats = *other;
        return;
    }
    if (other->count == 0) {
        return;
    }
    double delta = other->mean - stats->mean;
    if (other->count * 10 < stats->count) {
        stats->mean = stats->mean + (delta * other_count) / (count + other_count);
    } else if (stats->count * 10 < other->count) {
        stats->mean = other->mean - (delta * count) / (count + other_count);
    } else {
        stats->mean = (stats->mean * count + other->mean * other_count) / (count + other_count);
    }
    stats->squares +=
        other->squares + (delta * delta * count * other_count) / (count + other_count);
    stats->count += other->count;
    stats->max = greater(stats->max, other->max);
    stats->min = smaller(stats->min, other->min);
}

double double_stats_sum(const struct double_stats *stats)
{
    return (double)stats->count * stats->mean;
}

double double_stats_variance(const struct double_stats *stats)
{
    return stats->count == 0 ? (double)NAN : stats->squares / (double)stats->count;
}

double double_stats_stdev(const struct double_stats *stats)
{
    return sqrt(double_stats_variance(stats));
}

double double_stats_sample_variance(const struct double_stats *stats)
{
    return stats->count <= 1 ? (double)NAN : stats->squares / (double)(stats->count - 1);
}

double double_stats_sample_stdev(const struct double_stats *stats)
{
    return sqrt(double_stats_sample_variance(stats));
}

/* The shortest digits that bring the number back, without zeros in front: 0.DIGITS * 10^point. */
static size_t digits_of(double number, char *digits, int *point)
{
    char text[NUMBER_TEXT_MAX];
    size_t size = number_write_float(number, text);
    const char *exponent = memchr(text, 'E', size);
    const char *end = exponent == NULL ? text + size : exponent;
    bool is_behind_point = false;
    size_t count = 0;

    *point = exponent == NULL ? 0 : (int)strtol(exponent + 1, NULL, 10);
    for (const char *at = text; at < end; at++) {
        if (*at == '.') {
            is_behind_point = true;
        } else if (count > 0 || *at != '0') {
            digits[count++] = *at;
            *point += is_behind_point ? 0 : 1;
        } else {
            *point -= is_behind_point ? 1 : 0;
        }
    }
    return count;
}

/* Rounds half up to `kept` digits; a carry out of the first one moves the point. */
static size_t digits_round(char *digits, size_t count, int kept, int *point)
{
    if (kept >= (int)count) {
        return count;
    }
    bool is_up = kept >= 0 && digits[kept] >= '5';
    for (int i = kept - 1; i >= 0 && is_up; i--) {
        is_up = digits[i] == '9';
        digits[i] = is_up ? '0' : (char)(digits[i] + 1);
    }
    if (is_up) {
        memmove(digits + 1, digits, (size_t)kept);
        digits[0] = '1';
        *point += 1;
        return (size_t)kept + 1;
    }
    return kept < 0 ? 0 : (size_t)kept;
}

/* As a JVM's "%f": six decimals, rounded half up from the shortest digits. */
static void fixed_write(struct bytes *out, double number)
{
    char digits[NUMBER_TEXT_MAX + 1];
    int point;

    if (isnan(number) || isinf(number)) {
        bytes_append_text(out, isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    size_t count = digits_of(fabs(number), digits, &point);
    count = digits_round(digits, count, point + DECIMALS, &point);
    bytes_append_text(out, signbit(number) ? "-" : "");
    if (point <= 0) {
        bytes_append_byte(out, '0');
    }
    for (int place = point > 0 ? 0 : point; place < point + DECIMALS; place++) {
        if (place == point) {
            bytes_append_byte(out, '.');
        }
        bytes_append_byte(out, place >= 0 && place < (int)count ? digits[place] : '0');
    }
}

void double_stats_write(struct bytes *out, const struct double_stats *stats)
{
    bytes_printf(out, "(count: %llu, mean: ", (unsigned long long)stats->count);
    fixed_write(out, stats->mean);
    bytes_append_text(out, ", stdev: ");
    fixed_write(out, double_stats_stdev(stats));
    bytes_append_text(out, ", max: ");
    fixed_write(out, stats->max);
    bytes_append_text(out, ", min: ");
    fixed_write(out, stats->min);
    bytes_append_byte(out, ')');
}
