/*
 * foreign - a plugin of a later major of the ABI: all but the first members may mean anything.
 */
#include <weir/plugin.h>

static const weir_module module = {
    .magic = WEIR_MAGIC,
    .struct_size = 16,
    .abi_version = 9u << 16 | 4u,
};

const weir_module *weir_plugin(uint32_t host_abi)
{
    (void)host_abi;
    return &module;
}
