/*
 * fuzz_msgpack - any bytes as MessagePack: refused with an error, or read to a value that is
 * written and read back as an equal one.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "data/compare.h"
#include "data/msgpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    weir_error error = {.struct_size = sizeof(error)};
    struct arena arena;
    struct bytes form = {0};
    struct weir_value value;
    struct weir_value again;
    size_t used;

    arena_init(&arena);
    if (msgpack_read(data, size, &arena, &value, &used, &error) == WEIR_OK) {
        assert(used <= size);
        msgpack_write(&form, value);
        weir_status status = msgpack_read(form.data, form.size, &arena, &again, &used, &error);
        assert(status == WEIR_OK);
        assert(used == form.size);
        assert(value_equal(&value, &again));
    }
    bytes_fini(&form);
    arena_fini(&arena);
    return 0;
}
