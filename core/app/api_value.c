/*
 * api_value - values as programs see them: printed and compared.
 */
#include <stdlib.h>
#include <string.h>

#include "app/api.h"
#include "data/compare.h"
#include "data/text.h"

char *weir_value_text(struct weir_value value)
{
    struct bytes text = {0};
    char *copy = NULL;

    bytes_append_text(&text, "");
    text_write_value(&text, value);
    if (!text.failed) {
        copy = malloc(text.size + 1); /* the program frees it with free() */
    }
    if (copy != NULL) {
        memcpy(copy, text.data, text.size + 1);
    }
    bytes_fini(&text);
    return copy;
}

int weir_value_compare(const struct weir_value *left, const struct weir_value *right)
{
    return value_compare(left, right);
}

const char *weir_version(void)
{
    return WEIR_VERSION_TEXT;
}
