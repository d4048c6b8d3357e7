/*
 * generate_text - writes text for benchmarks: words as frequent as in natural language.
 *
 *     generate_text DIR BYTES FILES SEED
 *
 * Writes FILES files DIR/text-0001.txt ... of BYTES / FILES bytes each, less at most one line, so
 * that every file ends with a whole line. Words are drawn from a vocabulary of 100,000 by Zipf's
 * law with exponent 1 (the n-th word is as frequent as 1 / n); frequent words are shorter, so that
 * a word has about 6 bytes in running text and 9 in the vocabulary. Lines have about 100 bytes.
 * The same arguments give the same bytes on every machine: only integers decide.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VOCABULARY_WORDS 100000u
#define WORD_BYTES_MAX   23u
#define LINE_BYTES_USUAL 97u /* a line ends with the word that reaches this */
#define LINE_BYTES_MAX   (LINE_BYTES_USUAL + WORD_BYTES_MAX + 1)
#define BUFFER_BYTES     (1u << 20)
#define FILES_MAX        9999u

struct word {
    char text[WORD_BYTES_MAX];
    uint8_t size;
};

/* One column of Walker's alias table: draws `self` below the bound, else `other`. */
struct column {
    uint32_t bound;
    uint32_t other;
};

struct generator {
    uint64_t random_state;
    struct word words[VOCABULARY_WORDS];
    struct column columns[VOCABULARY_WORDS];
};

/* splitmix64 */
static uint64_t random_next(struct generator *generator)
{
    uint64_t value = (generator->random_state += UINT64_C(0x9e3779b97f4a7c15));

    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static uint32_t random_below(struct generator *generator, uint32_t bound)
{
    return (uint32_t)(((random_next(generator) >> 32) * bound) >> 32);
}

static struct word word_draw(struct generator *generator, uint32_t rank)
{
    static const char letters[] = "eeeeeeeeeeeetttttttttaaaaaaaaoooooooiiiiiiinnnnnnnsssssshhhhhh"
                                  "rrrrrrddddlllluuucccmmmwwffggyyppbbvkjxqz";
    struct word word = {0};
    uint32_t rank_bits = 0;

    while (rank >> rank_bits > 1) {
        rank_bits++;
    }
    /* Mean: 3 bytes for the first word and 0.37 more at each doubling; +-2.7 around it. */
    uint32_t size_tenths =
        30 + rank_bits * 37 / 10 + random_below(generator, 28) + random_below(generator, 28) - 23;
    word.size = (uint8_t)(size_tenths / 10);
    if (word.size == 0) {
        word.size = 1;
    }
    if (rank_bits >= 10 && random_below(generator, 16) == 0) {
        word.size = (uint8_t)(word.size + 3 + random_below(generator, 8)); /* compounds */
    }
    for (uint8_t i = 0; i < word.size; i++) {
        word.text[i] = letters[random_below(generator, sizeof(letters) - 1)];
    }
    return word;
}

/* Draws until the word is new: `seen` is an open hash set of ranks + 1. */
static void vocabulary_make(struct generator *generator, uint32_t *seen, uint32_t seen_mask)
{
    for (uint32_t rank = 1; rank <= VOCABULARY_WORDS; rank++) {
        bool known = true;

        while (known) {
            struct word word = word_draw(generator, rank);
            uint32_t slot = 2166136261u;

            for (uint8_t i = 0; i < word.size; i++) {
                slot = (slot ^ (uint8_t)word.text[i]) * 16777619u;
            }
            known = false;
            for (slot &= seen_mask; seen[slot] != 0 && !known; slot = (slot + 1) & seen_mask) {
                known = memcmp(&generator->words[seen[slot] - 1], &word, sizeof(word)) == 0;
            }
            if (!known) {
                generator->words[rank - 1] = word;
                seen[slot] = rank;
            }
        }
    }
}

/* Walker and Vose: every column holds its own word and a part of one that is too frequent. */
static void columns_make(struct generator *generator, uint32_t *stack, uint64_t *weights)
{
    const uint64_t whole = UINT64_C(1) << 32;
    uint64_t sum = 0;
    uint32_t small = 0;
    uint32_t large = VOCABULARY_WORDS;

    for (uint32_t i = 0; i < VOCABULARY_WORDS; i++) {
        sum += (UINT64_C(1) << 40) / (i + 1);
    }
    for (uint32_t i = 0; i < VOCABULARY_WORDS; i++) {
        /* Share of this word, times the number of columns, in units of 2^-32. */
        weights[i] = ((UINT64_C(1) << 40) / (i + 1)) / (sum / VOCABULARY_WORDS >> 16) << 16;
        stack[weights[i] < whole ? small++ : --large] = i;
    }
    while (small > 0 && large < VOCABULARY_WORDS) {
        uint32_t poor = stack[--small];
        uint32_t rich = stack[large];

        generator->columns[poor] = (struct column){(uint32_t)weights[poor], rich};
        weights[rich] -= whole - weights[poor];
        if (weights[rich] < whole) {
            large++;
            stack[small++] = rich;
        }
    }
    while (small > 0) {
        uint32_t rest = stack[--small];
        generator->columns[rest] = (struct column){UINT32_MAX, rest};
    }
    for (; large < VOCABULARY_WORDS; large++) {
        generator->columns[stack[large]] = (struct column){UINT32_MAX, stack[large]};
    }
}

/* Writes one line, at most LINE_BYTES_MAX bytes of it, and returns its size. `line` has room for
 * WORD_BYTES_MAX bytes more, as words are copied at their greatest size. */
static size_t line_make(struct generator *generator, char *line)
{
    size_t size = 0;

    while (size < LINE_BYTES_USUAL) {
        uint64_t random = random_next(generator);
        uint32_t rank = (uint32_t)(((random >> 32) * VOCABULARY_WORDS) >> 32);

        if ((uint32_t)random >= generator->columns[rank].bound) {
            rank = generator->columns[rank].other;
        }
        memcpy(line + size, generator->words[rank].text, WORD_BYTES_MAX);
        size += generator->words[rank].size;
        line[size++] = ' ';
    }
    line[size - 1] = '\n';
    return size;
}

static bool file_write(struct generator *generator, const char *path, uint64_t bytes, char *buffer)
{
    FILE *file = fopen(path, "wb");
    size_t used = 0;
    bool fits = true;
    bool good = true;

    if (file == NULL) {
        fprintf(stderr, "generate_text: open %s: %s\n", path, strerror(errno));
        return false;
    }
    setvbuf(file, NULL, _IONBF, 0);
    while (fits && good) {
        size_t size = line_make(generator, buffer + used);

        fits = size <= bytes;
        if (fits) {
            used += size;
            bytes -= size;
        }
        if (!fits || used >= BUFFER_BYTES) {
            good = fwrite(buffer, 1, used, file) == used;
            used = 0;
        }
    }
    good = (fclose(file) == 0) && good;
    if (!good) {
        fprintf(stderr, "generate_text: write %s: %s\n", path, strerror(errno));
    }
    return good;
}

static bool number_read(const char *text, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

int main(int argument_count, char **arguments)
{
    const uint32_t seen_slots = 1u << 18;
    uint64_t bytes = 0;
    uint64_t files = 0;
    uint64_t seed = 0;
    bool good = true;

    if (argument_count != 5 || !number_read(arguments[2], &bytes) ||
        !number_read(arguments[3], &files) || !number_read(arguments[4], &seed) || files == 0 ||
        files > FILES_MAX) {
        fprintf(stderr, "usage: generate_text DIR BYTES FILES SEED\n");
        return 64;
    }
    struct generator *generator = calloc(1, sizeof(*generator));
    uint32_t *scratch = calloc(seen_slots + VOCABULARY_WORDS, sizeof(*scratch));
    uint64_t *weights = calloc(VOCABULARY_WORDS, sizeof(*weights));
    char *buffer = malloc(BUFFER_BYTES + LINE_BYTES_MAX + WORD_BYTES_MAX);

    if (generator == NULL || scratch == NULL || weights == NULL || buffer == NULL) {
        fprintf(stderr, "generate_text: out of memory\n");
        good = false;
    } else if (mkdir(arguments[1], 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "generate_text: make folder %s: %s\n", arguments[1], strerror(errno));
        good = false;
    } else {
        generator->random_state = seed;
        vocabulary_make(generator, scratch, seen_slots - 1);
        columns_make(generator, scratch + seen_slots, weights);
    }
    for (uint64_t i = 0; i < files && good; i++) {
        char path[4096];
        int size = snprintf(path, sizeof(path), "%s/text-%04" PRIu64 ".txt", arguments[1], i + 1);

        good = size > 0 && (size_t)size < sizeof(path) &&
               file_write(generator, path, bytes / files, buffer);
    }
    free(buffer);
    free(weights);
    free(scratch);
    free(generator);
    return good ? 0 : 1;
}
