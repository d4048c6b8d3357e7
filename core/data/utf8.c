/*
 * utf8 - which bytes are text.
 */
#include "data/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* What a lead byte asks for: how long, and where its second byte must lie. */
struct lead {
    uint8_t size; /* 0: leads nothing */
    uint8_t second_min;
    uint8_t second_max;
};

static struct lead lead_of(uint8_t byte)
{
    struct lead lead = {0, 0x80, 0xBF};

    if (byte >= 0xC2 && byte <= 0xDF) {
        lead.size = 2;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
        lead.size = 3;
        lead.second_min = byte == 0xE0 ? 0xA0 : 0x80; /* shorter forms exist below */
        lead.second_max = byte == 0xED ? 0x9F : 0xBF; /* surrogates above */
    } else if (byte >= 0xF0 && byte <= 0xF4) {
        lead.size = 4;
        lead.second_min = byte == 0xF0 ? 0x90 : 0x80;
        lead.second_max = byte == 0xF4 ? 0x8F : 0xBF; /* U+10FFFF is the last */
    }
    return lead;
}

/* How many bytes at the front go together, and whether they are a whole character. */
static size_t sequence_size(const uint8_t *at, size_t left, bool *is_whole)
{
    struct lead lead = lead_of(at[0]);
    size_t size = 1;

    *is_whole = at[0] < 0x80;
    if (lead.size == 0 || left < 2 || at[1] < lead.second_min || at[1] > lead.second_max) {
        return 1;
    }
    for (size = 2; size < lead.size; size++) {
        if (size == left || (at[size] & 0xC0) != 0x80) {
            return size;
        }
    }
    *is_whole = true;
    return size;
}

/* ASCII at the front, counted in words of eight: most text is nothing else. */
static size_t ascii_words_size(const uint8_t *at, size_t left)
{
    size_t size = 0;
    uint64_t words[4];

    while (left - size >= sizeof(words)) {
        memcpy(words, at + size, sizeof(words));
        if (((words[0] | words[1] | words[2] | words[3]) & HIGH_BITS) != 0) {
            break;
        }
        size += sizeof(words);
    }
    while (left - size >= sizeof(words[0])) {
        memcpy(words, at + size, sizeof(words[0]));
        if ((words[0] & HIGH_BITS) != 0) {
            break;
        }
        size += sizeof(words[0]);
    }
    return size;
}

size_t utf8_valid_size(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t done = 0;

    while (done < size) {
        done += ascii_words_size(at + done, size - done);
        /* A stretch one by one before words are tried again: other scripts mix with ASCII. */
        for (int i = 0; i < 32 && done < size; i++) {
            bool is_whole;
            size_t step = sequence_size(at + done, size - done, &is_whole);
            if (!is_whole) {
                return done;
            }
            done += step;
        }
    }
    return done;
}

bool text_is_utf8(const void *bytes, size_t size)
{
    return utf8_valid_size(bytes, size) == size;
}

size_t utf8_malformed_size(const void *bytes, size_t size)
{
    bool is_whole;

    assert(size > 0);
    size_t malformed = sequence_size(bytes, size, &is_whole);
    assert(!is_whole);
    return malformed;
}
