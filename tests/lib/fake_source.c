/*
 * fake_source - a source that delivers what a test tells it to.
 */
#include "lib/fake_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "lib/rows.h"

weir_status fake_source_deliver(struct fake_source *fake, const char *json)
{
    struct rows rows;
    weir_status status;

    rows_plain(&rows, json);
    status = block_maker_store(fake->maker, rows.keys, rows.values, rows.count, -1, NULL);
    rows_fini(&rows);
    return status;
}

static weir_status start(void *self, struct block_maker *maker, struct batch_clock *rhythm,
                         weir_error *error)
{
    struct fake_source *fake = self;

    (void)rhythm;
    if (fake->fails_to_start) {
        return error_set(error, WEIR_E_CONFIG, "no such host");
    }
    fake->maker = maker;
    fake->state = SOURCE_RUNNING;
    fake->is_started = true;
    return WEIR_OK;
}

static void settle(void *self, uint64_t number)
{
    (void)self;
    (void)number; /* it has delivered what it was told to */
}

static bool is_ended(void *self)
{
    struct fake_source *fake = self;

    return fake->is_ended;
}

static void stop(void *self)
{
    struct fake_source *fake = self;

    if (fake->last_rows != NULL) {
        assert_int_equal(fake_source_deliver(fake, fake->last_rows), WEIR_OK);
    }
    fake->is_stopped = true;
}

static void status_of(void *self, struct source_status *out)
{
    struct fake_source *fake = self;

    memset(out, 0, sizeof(*out));
    out->state = (enum source_state)fake->state;
    out->restarts = fake->restarts;
    snprintf(out->note, sizeof(out->note), "as told");
}

static void destroy(void *self)
{
    mem_free(self);
}

static const struct source_class fake_class = {
    .name = "fake",
    .start = start,
    .settle = settle,
    .is_ended = is_ended,
    .stop = stop,
    .status = status_of,
    .destroy = destroy,
};

struct fake_source *fake_source_create(struct source *source)
{
    struct fake_source *fake = mem_zalloc(sizeof(*fake));

    assert_non_null(fake);
    *source = (struct source){.class = &fake_class, .self = fake};
    return fake;
}
