/*
 * plain_word_count - see plain_word_count.h.
 *
 * A stretch of text goes through three loops while it is in L1: find the edges of words (64 bytes
 * at a time to a mask), load, hash and prefetch, probe and count. Words of up to 12 bytes, nearly
 * all, are counted in 16-byte slots; longer ones in a table of their own.
 */
#include "plain_word_count.h"

#include "plain_word_edges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#define READ_BYTES       (256u * 1024u)
#define WORD_BYTES_MAX   (64u * 1024u)
#define LONG_HEADS       65536u
#define FOLDER_BYTES_MAX (UINT64_C(8) << 30)
#define BLOCK_BYTES      PLAIN_WORD_BLOCK_BYTES
#define STRETCH_BYTES    PLAIN_WORD_STRETCH_BYTES

/* A word of at most 12 bytes, zero padded: as no word holds a 0, the padding tells the size. */
struct slot {
    uint64_t low;
    uint32_t high;
    uint32_t count; /* 0: free */
};

struct long_word {
    struct long_word *next;
    uint32_t size;
    uint32_t count;
    uint8_t bytes[];
};

struct counter {
    plain_word_edges_find *find;
    struct slot *slots;
    uint64_t mask;
    uint64_t used;
    uint64_t long_used;
    uint64_t words_total;
    uint16_t edges[PLAIN_WORD_EDGES_MAX];
    struct slot words[STRETCH_BYTES / 2];
    uint32_t homes[STRETCH_BYTES / 2];
    struct long_word *long_words[LONG_HEADS];
    uint8_t text[WORD_BYTES_MAX + READ_BYTES + 2 * BLOCK_BYTES];
};

static inline uint64_t hash_of(uint64_t low, uint64_t high)
{
    unsigned __int128 product = (unsigned __int128)(low ^ UINT64_C(0x9e3779b97f4a7c15)) *
                                (high ^ UINT64_C(0xd6e8feb86659fd93));

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t plain_word_count_hash(const void *bytes, uint64_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (uint64_t i = 0; i < size; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* At half full. The key of a free slot is all zero, which is no word. */
static bool slots_grow(struct counter *counter)
{
    uint64_t mask = counter->mask * 2 + 1;
    struct slot *slots = calloc(mask + 1, sizeof(*slots));

    if (slots == NULL) {
        return false;
    }
    for (uint64_t i = 0; i <= counter->mask; i++) {
        const struct slot *old = &counter->slots[i];
        uint64_t at = hash_of(old->low, old->high) & mask;

        while (old->count != 0 && slots[at].count != 0) {
            at = (at + 1) & mask;
        }
        if (old->count != 0) {
            slots[at] = *old;
        }
    }
    free(counter->slots);
    counter->slots = slots;
    counter->mask = mask;
    return true;
}

static bool long_word_count(struct counter *counter, const uint8_t *word, uint32_t size)
{
    uint64_t hash = size;
    uint64_t part;

    for (uint32_t i = 0; i + 8 < size; i += 8) {
        memcpy(&part, word + i, 8);
        hash = hash_of(hash, part);
    }
    memcpy(&part, word + size - 8, 8);
    hash = hash_of(hash, part);

    struct long_word **link = &counter->long_words[hash % LONG_HEADS];

    while (*link != NULL && ((*link)->size != size || memcmp((*link)->bytes, word, size) != 0)) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        *link = calloc(1, sizeof(**link) + size);
        if (*link == NULL) {
            return false;
        }
        (*link)->size = size;
        memcpy((*link)->bytes, word, size);
        counter->long_used++;
    }
    (*link)->count++;
    return true;
}

/* Words between pairs of edges -> keys and homes. Returns their number, or -1 without memory. */
static int64_t words_load(struct counter *counter, const uint8_t *text, uint32_t edges_count)
{
    static const uint8_t masks[24] = {255, 255, 255, 255, 255, 255, 255,
                                      255, 255, 255, 255, 255, 0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < edges_count; i += 2) {
        const uint8_t *word = text + counter->edges[i];
        uint32_t size = counter->edges[i + 1] - counter->edges[i];
        uint64_t low_mask;
        uint32_t high_mask;
        struct slot *key = &counter->words[count];

        if (__builtin_expect(size > 12, 0)) {
            if (!long_word_count(counter, word, size)) {
                return -1;
            }
            continue;
        }
        memcpy(&low_mask, masks + 12 - size, 8);
        memcpy(&high_mask, masks + 20 - size, 4);
        memcpy(&key->low, word, 8);
        memcpy(&key->high, word + 8, 4);
        key->low &= low_mask;
        key->high &= high_mask;
        counter->homes[count] = (uint32_t)(hash_of(key->low, key->high) & counter->mask);
        __builtin_prefetch(&counter->slots[counter->homes[count]], 1);
        count++;
    }
    return count;
}

static bool words_count(struct counter *counter, uint32_t count)
{
    struct slot *slots = counter->slots;

    for (uint32_t i = 0; i < count; i++) {
        const struct slot *key = &counter->words[i];
        uint64_t at = counter->homes[i];

        while (__builtin_expect(slots[at].low != key->low || slots[at].high != key->high, 0)) {
            if (slots[at].count == 0) {
                slots[at].low = key->low;
                slots[at].high = key->high;
                counter->used++;
                break;
            }
            at = (at + 1) & counter->mask;
        }
        slots[at].count++;
    }
    /* A stretch adds at most 2048 words; the smallest table has room for them past one half. */
    return counter->used * 2 <= counter->mask || slots_grow(counter);
}

/* Counts text[0, size); behind it stands a block of separators. A stretch starts outside of words:
 * a word that reaches over its end is left to the next. */
static bool text_count(struct counter *counter, const uint8_t *text, uint32_t size)
{
    uint32_t from = 0;
    bool good = true;

    while (from < size && good) {
        uint32_t stretch = size - from < STRETCH_BYTES ? size - from : STRETCH_BYTES;
        uint32_t blocks = (stretch + BLOCK_BYTES - 1) / BLOCK_BYTES;
        uint32_t edges = counter->find(text + from, blocks, counter->edges);
        int64_t words = words_load(counter, text + from, edges & ~1u);

        good = words >= 0 && words_count(counter, (uint32_t)words);
        counter->words_total += edges / 2;
        if (edges == 1 && counter->edges[0] == 0) { /* longer than a stretch */
            uint32_t start = from;

            while (text[from] > ' ') {
                from++;
            }
            good = good && long_word_count(counter, text + start, from - start);
            counter->words_total++;
        } else {
            from += (edges & 1) != 0 ? counter->edges[edges - 1] : blocks * BLOCK_BYTES;
        }
    }
    if (!good) {
        fprintf(stderr, "plain_word_count: out of memory\n");
    }
    return good;
}

static bool file_count(struct counter *counter, const char *path, uint64_t *bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint32_t kept = 0; /* bytes of an unfinished word at the front of the text */
    bool more = true;

    if (fd < 0) {
        fprintf(stderr, "plain_word_count: open %s: %s\n", path, strerror(errno));
        return false;
    }
    while (more) {
        ssize_t got = read(fd, counter->text + kept, READ_BYTES);
        uint32_t size = kept + (uint32_t)(got > 0 ? got : 0);
        uint32_t whole = size;

        if (got < 0) {
            fprintf(stderr, "plain_word_count: read %s: %s\n", path, strerror(errno));
            break;
        }
        more = got > 0;
        while (more && whole > 0 && counter->text[whole - 1] > ' ') {
            whole--;
        }
        kept = size - whole;
        if (kept > WORD_BYTES_MAX) {
            fprintf(stderr, "plain_word_count: %s: a word of more than 64 KiB\n", path);
            break;
        }
        uint8_t tail[BLOCK_BYTES]; /* blanked while the last block is counted */
        memcpy(tail, counter->text + whole, BLOCK_BYTES);
        memset(counter->text + whole, ' ', BLOCK_BYTES);
        if (!text_count(counter, counter->text, whole)) {
            break;
        }
        memcpy(counter->text + whole, tail, BLOCK_BYTES);
        memmove(counter->text, counter->text + whole, kept);
        *bytes += (uint64_t)got;
    }
    close(fd);
    return !more;
}

static bool folder_count(struct counter *counter, const char *folder, uint64_t *bytes)
{
    DIR *dir = opendir(folder);
    bool good = dir != NULL;

    if (!good) {
        fprintf(stderr, "plain_word_count: open %s: %s\n", folder, strerror(errno));
    }
    for (struct dirent *entry; good && (entry = readdir(dir)) != NULL;) {
        char path[4096];
        struct stat status;
        int size = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);

        if (size < 0 || (size_t)size >= sizeof(path) || stat(path, &status) != 0) {
            fprintf(stderr, "plain_word_count: look at %s: %s\n", path, strerror(errno));
            good = false;
        } else if (S_ISREG(status.st_mode) &&
                   *bytes + (uint64_t)status.st_size > FOLDER_BYTES_MAX) {
            fprintf(stderr, "plain_word_count: %s: more than 8 GB\n", folder);
            good = false;
        } else if (S_ISREG(status.st_mode)) {
            good = file_count(counter, path, bytes);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return good;
}

static uint64_t counter_sum(const struct counter *counter)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i <= counter->mask; i++) {
        char word[13] = {0};

        memcpy(word, &counter->slots[i].low, 8);
        memcpy(word + 8, &counter->slots[i].high, 4);
        sum += plain_word_count_hash(word, strlen(word)) * counter->slots[i].count;
    }
    for (uint32_t i = 0; i < LONG_HEADS; i++) {
        for (const struct long_word *word = counter->long_words[i]; word != NULL;
             word = word->next) {
            sum += plain_word_count_hash(word->bytes, word->size) * word->count;
        }
    }
    return sum;
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void counter_destroy(struct counter *counter)
{
    for (uint32_t i = 0; counter != NULL && i < LONG_HEADS; i++) {
        for (struct long_word *word = counter->long_words[i]; word != NULL;) {
            struct long_word *next = word->next;

            free(word);
            word = next;
        }
    }
    if (counter != NULL) {
        free(counter->slots);
    }
    free(counter);
}

bool plain_word_count_run(const char *folder, struct plain_word_count_result *out)
{
    struct counter *counter = calloc(1, sizeof(*counter));
    bool good = counter != NULL;
    double start = seconds_now();

    *out = (struct plain_word_count_result){0};
    if (good) {
        counter->find = plain_word_edges_choose(&out->tokeniser);
        counter->mask = (1u << 16) - 1;
        counter->slots = calloc(counter->mask + 1, sizeof(*counter->slots));
        good = counter->slots != NULL;
    }
    if (!good) {
        fprintf(stderr, "plain_word_count: out of memory\n");
    } else {
        good = folder_count(counter, folder, &out->bytes);
        out->seconds = seconds_now() - start;
    }
    if (good) {
        out->words_total = counter->words_total;
        out->words_distinct = counter->used + counter->long_used;
        out->checksum = counter_sum(counter);
    }
    counter_destroy(counter);
    return good;
}
