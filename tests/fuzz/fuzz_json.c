/*
 * fuzz_json - any bytes as JSON: refused with an error, or read to a value that is written to JSON
 * and read back as an equal one.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "data/compare.h"
#include "data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct arena arena;
    struct bytes text = {0};
    struct weir_value value;
    struct weir_value again;

    arena_init(&arena);
    if (json_read((const char *)data, size, &arena, &value, &error) == WEIR_OK) {
        json_write(&text, value);
        weir_status status = json_read(text.data, text.size, &arena, &again, &error);
        assert(status == WEIR_OK);
        assert(value_equal(&value, &again));
    }
    bytes_fini(&text);
    arena_fini(&arena);
    return 0;
}
