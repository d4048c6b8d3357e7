/*
 * state_map - keys to states in versions.
 */
#include "exec/state_map.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "data/value.h"
#include "exec/task.h"

#define NODE_ROWS       (STATE_PAGE_ROWS * STATE_NODE_PAGES)
#define DEAD_ROWS_MAX   4096u /* and as many as are alive: then a new table is begun */
#define ARENA_BYTES_MIN (16u * 1024u)

/* The table that the versions of one partition share. */
struct state_index {
    _Atomic uint32_t holders;
    struct lock lock; /* held by an edit from its beginning to its end */
    struct table table;
};

static weir_status index_create(struct state_index **out, weir_error *error)
{
    struct state_index *index = mem_zalloc(sizeof(*index));

    if (index == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create state");
    }
    weir_status status = table_init(&index->table, error);
    if (status != WEIR_OK) {
        mem_free(index);
        return status;
    }
    lock_init(&index->lock);
    atomic_init(&index->holders, 1);
    *out = index;
    return WEIR_OK;
}

static bool let_go(_Atomic uint32_t *holders)
{
    uint32_t before = atomic_fetch_sub_explicit(holders, 1, memory_order_acq_rel);

    assert(before > 0);
    return before == 1;
}

static void index_drop(struct state_index *index)
{
    if (let_go(&index->holders)) {
        table_fini(&index->table);
        lock_fini(&index->lock);
        mem_free(index);
    }
}

static void page_drop(struct state_page *page)
{
    if (page != NULL && let_go(&page->holders)) {
        arena_fini(&page->arena);
        mem_free(page);
    }
}

static void node_drop(struct state_node *node)
{
    if (node == NULL || !let_go(&node->holders)) {
        return;
    }
    for (uint32_t i = 0; i < STATE_NODE_PAGES; i++) {
        page_drop(node->pages[i]);
    }
    mem_free(node);
}

struct state_map *state_map_hold(struct state_map *map)
{
    atomic_fetch_add_explicit(&map->holders, 1, memory_order_relaxed);
    return map;
}

void state_map_drop(struct state_map *map)
{
    if (map == NULL || !let_go(&map->holders)) {
        return;
    }
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        node_drop(map->nodes[i]);
    }
    mem_free(map->nodes);
    index_drop(map->index);
    mem_free(map);
}

/* ---------------------------------------------------------------------------------- reading */

static struct state_page *page_of(const struct state_map *map, uint32_t entry)
{
    uint32_t node = entry / NODE_ROWS;

    if (node >= map->nodes_count || map->nodes[node] == NULL) {
        return NULL;
    }
    return map->nodes[node]->pages[entry / STATE_PAGE_ROWS % STATE_NODE_PAGES];
}

static bool page_has(const struct state_page *page, uint32_t row)
{
    return page != NULL && (page->present >> row & 1u) != 0;
}

/* Rows on their way out, gathered to chunks. */
struct rows_out {
    struct weir_value *keys;
    struct weir_value *values;
    uint32_t count;
};

static weir_status rows_flush(struct rows_out *rows, struct op *to, weir_error *error)
{
    struct chunk chunk = {.rows_count = rows->count, .columns_count = 2};
    enum column_kind kind = column_kind_of_values(rows->keys, rows->count);

    chunk.columns[CHUNK_PAIR_KEY].kind = kind == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED;
    chunk.columns[CHUNK_PAIR_KEY].values = rows->keys;
    kind = column_kind_of_values(rows->values, rows->count);
    chunk.columns[CHUNK_PAIR_VALUE].kind = kind == COLUMN_BYTES ? COLUMN_BYTES : COLUMN_MIXED;
    chunk.columns[CHUNK_PAIR_VALUE].values = rows->values;
    rows->count = 0;
    return op_push(to, &chunk, error);
}

weir_status state_map_push(const struct state_map *map, struct task *task, struct op *to,
                           weir_error *error)
{
    size_t vector_bytes = task->chunk_rows * sizeof(struct weir_value);
    struct rows_out rows = {
        .keys = arena_alloc(&task->arena, vector_bytes),
        .values = arena_alloc(&task->arena, vector_bytes),
    };

    if (rows.keys == NULL || rows.values == NULL) {
        return error_set(error, WEIR_E_NOMEM, "read state");
    }
    for (uint32_t first = 0; first < map->rows_end; first += STATE_PAGE_ROWS) {
        const struct state_page *page = page_of(map, first);
        for (uint64_t left = page == NULL ? 0 : page->present; left != 0; left &= left - 1) {
            uint32_t row = (uint32_t)__builtin_ctzll(left);
            rows.keys[rows.count] = page->keys[row];
            rows.values[rows.count++] = page->values[row];
            if (rows.count == task->chunk_rows) {
                WEIR_TRY(rows_flush(&rows, to, error));
            }
        }
    }
    return rows.count == 0 ? WEIR_OK : rows_flush(&rows, to, error);
}

/* ---------------------------------------------------------------------------------- editing */

static weir_status map_create(uint32_t nodes_count, struct state_map **out, weir_error *error)
{
    struct state_map *map = mem_zalloc(sizeof(*map));

    if (map == NULL) {
        return error_set(error, WEIR_E_NOMEM, "create state");
    }
    map->nodes = mem_zalloc(((size_t)nodes_count + 1) * sizeof(struct state_node *));
    if (map->nodes == NULL) {
        mem_free(map);
        return error_set(error, WEIR_E_NOMEM, "create state");
    }
    map->nodes_count = nodes_count;
    atomic_init(&map->holders, 1);
    *out = map;
    return WEIR_OK;
}

/* A version with all nodes of the base, and its table, which it has locked. */
static weir_status begin_shared(struct state_edit *edit, struct state_map *base, weir_error *error)
{
    WEIR_TRY(map_create(base->nodes_count, &edit->map, error));
    for (uint32_t i = 0; i < base->nodes_count; i++) {
        edit->map->nodes[i] = base->nodes[i];
        if (base->nodes[i] != NULL) {
            atomic_fetch_add_explicit(&base->nodes[i]->holders, 1, memory_order_relaxed);
        }
    }
    edit->map->rows_end = base->rows_end;
    edit->map->rows_count = base->rows_count;
    edit->map->index = base->index;
    atomic_fetch_add_explicit(&base->index->holders, 1, memory_order_relaxed);
    lock_take(&base->index->lock);
    return WEIR_OK;
}

static weir_status begin_empty(struct state_edit *edit, weir_error *error)
{
    WEIR_TRY(map_create(0, &edit->map, error));
    weir_status status = index_create(&edit->map->index, error);
    if (status != WEIR_OK) {
        mem_free(edit->map->nodes);
        mem_free(edit->map);
        edit->map = NULL;
        return status;
    }
    lock_take(&edit->map->index->lock);
    return WEIR_OK;
}

/* Puts all that the base has, in its order, under a table of its own. */
static weir_status copy_all(struct state_edit *edit, const struct state_map *base,
                            weir_error *error)
{
    for (uint32_t first = 0; first < base->rows_end; first += STATE_PAGE_ROWS) {
        const struct state_page *page = page_of(base, first);
        for (uint64_t left = page == NULL ? 0 : page->present; left != 0; left &= left - 1) {
            uint32_t row = (uint32_t)__builtin_ctzll(left);
            const struct column key = {.kind = COLUMN_MIXED, .values = &page->keys[row]};
            uint32_t entry;
            WEIR_TRY(state_edit_find(edit, &key, NULL, 1, &entry, error));
            WEIR_TRY(state_edit_put(edit, entry, page->values[row], page->times_ms[row], error));
        }
    }
    return WEIR_OK;
}

weir_status state_edit_begin(struct state_edit *edit, struct state_map *base, weir_error *error)
{
    *edit = (struct state_edit){.base = base};
    arena_init(&edit->outgrown);
    if (base == NULL) {
        return begin_empty(edit, error);
    }
    state_map_hold(base);
    weir_status status = begin_shared(edit, base, error);
    if (status == WEIR_OK &&
        edit->map->index->table.entries_count > 2 * (uint64_t)base->rows_count + DEAD_ROWS_MAX) {
        state_edit_fini(edit);
        *edit = (struct state_edit){.base = state_map_hold(base)};
        status = begin_empty(edit, error);
        if (status == WEIR_OK) {
            status = copy_all(edit, base, error);
        }
    }
    if (status != WEIR_OK) {
        state_edit_fini(edit);
    }
    return status;
}

/* Room for the nodes of all entries. */
static weir_status nodes_reserve(struct state_map *map, uint32_t entries_count, weir_error *error)
{
    uint32_t wanted = entries_count / NODE_ROWS + 1;

    if (wanted <= map->nodes_count) {
        return WEIR_OK;
    }
    wanted = wanted + map->nodes_count / 2;
    struct state_node **nodes = mem_realloc(map->nodes, wanted * sizeof(struct state_node *));
    if (nodes == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for %u keys with state", entries_count);
    }
    memset(nodes + map->nodes_count, 0, (wanted - map->nodes_count) * sizeof(struct state_node *));
    map->nodes = nodes;
    map->nodes_count = wanted;
    return WEIR_OK;
}

weir_status state_edit_find(struct state_edit *edit, const struct column *keys,
                            const uint16_t *rows, uint32_t rows_count, uint32_t *entries,
                            weir_error *error)
{
    struct table *table = &edit->map->index->table;

    WEIR_TRY(table_find(table, keys, rows, rows_count, entries, error));
    return nodes_reserve(edit->map, table->entries_count, error);
}

uint32_t state_edit_entries(const struct state_edit *edit)
{
    return edit->map->index->table.entries_count;
}

struct weir_value state_edit_key(const struct state_edit *edit, uint32_t entry)
{
    return edit->map->index->table.keys[entry];
}

bool state_edit_get(const struct state_edit *edit, uint32_t entry, struct weir_value *value,
                    int64_t *time_ms)
{
    const struct state_page *page = page_of(edit->map, entry);
    uint32_t row = entry % STATE_PAGE_ROWS;

    if (!page_has(page, row)) {
        return false;
    }
    *value = page->values[row];
    *time_ms = page->times_ms[row];
    return true;
}

/* The node's own copy, held by the edit alone. */
static weir_status node_own(struct state_node **place)
{
    struct state_node *node = *place;

    if (node != NULL && atomic_load_explicit(&node->holders, memory_order_acquire) == 1) {
        return WEIR_OK;
    }
    struct state_node *copy = mem_zalloc(sizeof(*copy));
    if (copy == NULL) {
        return WEIR_E_NOMEM;
    }
    atomic_init(&copy->holders, 1);
    for (uint32_t i = 0; node != NULL && i < STATE_NODE_PAGES; i++) {
        copy->pages[i] = node->pages[i];
        if (copy->pages[i] != NULL) {
            atomic_fetch_add_explicit(&copy->pages[i]->holders, 1, memory_order_relaxed);
        }
    }
    node_drop(node);
    *place = copy;
    return WEIR_OK;
}

/* Copies the page's states to an arena. */
static weir_status values_copy(struct state_page *page, struct arena *arena)
{
    for (uint64_t left = page->present; left != 0; left &= left - 1) {
        struct weir_value *value = &page->values[__builtin_ctzll(left)];
        if (!value_is_flat(*value)) {
            WEIR_TRY(value_copy(*value, arena, value));
        }
    }
    return WEIR_OK;
}

static weir_status page_own(struct state_page **place)
{
    struct state_page *page = *place;

    if (page != NULL && atomic_load_explicit(&page->holders, memory_order_acquire) == 1) {
        return WEIR_OK;
    }
    struct state_page *copy = page == NULL ? mem_zalloc(sizeof(*copy)) : mem_alloc(sizeof(*copy));
    if (copy == NULL) {
        return WEIR_E_NOMEM;
    }
    if (page != NULL) {
        copy->present = page->present;
        memcpy(copy->keys, page->keys, sizeof(copy->keys));
        memcpy(copy->values, page->values, sizeof(copy->values));
        memcpy(copy->times_ms, page->times_ms, sizeof(copy->times_ms));
    }
    atomic_init(&copy->holders, 1);
    arena_init(&copy->arena);
    if (values_copy(copy, &copy->arena) != WEIR_OK) {
        page_drop(copy);
        return WEIR_E_NOMEM;
    }
    copy->arena_bytes_max = 2 * copy->arena.allocated_bytes + ARENA_BYTES_MIN;
    page_drop(page);
    *place = copy;
    return WEIR_OK;
}

/* The entry's page as the edit's own; NULL: no memory. */
static struct state_page *own(struct state_edit *edit, uint32_t entry)
{
    struct state_node **node = &edit->map->nodes[entry / NODE_ROWS];
    struct state_page **page;
    const struct state_page *before;

    if (node_own(node) != WEIR_OK) {
        return NULL;
    }
    page = &(*node)->pages[entry / STATE_PAGE_ROWS % STATE_NODE_PAGES];
    before = *page;
    if (page_own(page) != WEIR_OK) {
        return NULL;
    }
    edit->pages_count += *page != before;
    return *page;
}

/* Lets go of states that were replaced, when there are many. */
static weir_status page_compact(struct state_edit *edit, struct state_page *page)
{
    struct arena fresh;

    if (page->arena.allocated_bytes <= page->arena_bytes_max) {
        return WEIR_OK;
    }
    arena_init(&fresh);
    weir_status status = values_copy(page, &fresh);
    arena_move(&page->arena, &edit->outgrown);
    page->arena = fresh;
    page->arena_bytes_max = 2 * fresh.allocated_bytes + ARENA_BYTES_MIN;
    if (status != WEIR_OK) {
        arena_move(&edit->outgrown, &page->arena); /* some states still point there */
    }
    return status;
}

weir_status state_edit_put(struct state_edit *edit, uint32_t entry, struct weir_value value,
                           int64_t time_ms, weir_error *error)
{
    uint32_t row = entry % STATE_PAGE_ROWS;
    const struct state_page *shown = page_of(edit->map, entry);
    struct state_page *page;
    weir_status status = WEIR_OK;

    if (page_has(shown, row) && shown->times_ms[row] == time_ms && value_is_flat(value) &&
        value_is_same(&shown->values[row], &value)) {
        return WEIR_OK;
    }
    page = own(edit, entry);
    if (page == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for a state");
    }
    if (!value_is_flat(value)) {
        status = value_copy(value, &page->arena, &value);
    }
    if (status != WEIR_OK) {
        return error_set(error, status, "no memory for a state");
    }
    edit->map->rows_count += !page_has(page, row);
    page->present |= UINT64_C(1) << row;
    page->keys[row] = state_edit_key(edit, entry);
    page->values[row] = value;
    page->times_ms[row] = time_ms;
    if (edit->map->rows_end <= entry) {
        edit->map->rows_end = entry + 1;
    }
    status = page_compact(edit, page);
    return status == WEIR_OK ? WEIR_OK : error_set(error, status, "no memory to compact states");
}

weir_status state_edit_remove(struct state_edit *edit, uint32_t entry, weir_error *error)
{
    uint32_t row = entry % STATE_PAGE_ROWS;
    struct state_page *page;

    if (!page_has(page_of(edit->map, entry), row)) {
        return WEIR_OK;
    }
    page = own(edit, entry);
    if (page == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory to remove a state");
    }
    page->present &= ~(UINT64_C(1) << row);
    edit->map->rows_count--;
    return WEIR_OK;
}

void state_edit_settle(struct state_edit *edit)
{
    if (edit->outgrown.allocated_bytes > 0) {
        arena_fini(&edit->outgrown);
        arena_init(&edit->outgrown);
    }
}

void state_edit_finish(struct state_edit *edit, struct state_map **out)
{
    *out = state_map_hold(edit->map);
    state_edit_fini(edit);
}

void state_edit_fini(struct state_edit *edit)
{
    if (edit->map != NULL) {
        lock_release(&edit->map->index->lock);
        state_map_drop(edit->map);
    }
    state_map_drop(edit->base);
    arena_fini(&edit->outgrown);
    *edit = (struct state_edit){.map = NULL};
}
