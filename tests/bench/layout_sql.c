/*
 * layout_sql - an SQL scan over columns: dense typed vectors against tagged values.
 *
 * A SQLite virtual table over the columns key (int), word (bytes of at most 12) and amount
 * (float), once with a vector per kind and once with a vector of 16-byte tagged values per column.
 */
#include "layout.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define ROWS       1000000u
#define KIND_INT   3u
#define KIND_FLOAT 4u
#define KIND_BYTES 5u

/* head: kind in the low 3 bits, size of bytes above. */
struct tagged {
    uint32_t head;
    char bytes[12];
};

struct columns {
    int64_t *keys;
    struct tagged *words; /* the same in both layouts */
    double *amounts;
    struct tagged *tagged[3]; /* NULL: dense */
};

struct column_table {
    sqlite3_vtab base;
    const struct columns *columns;
};

struct column_cursor {
    sqlite3_vtab_cursor base;
    const struct columns *columns;
    uint32_t row;
};

struct query {
    sqlite3_stmt *statement;
};

static int table_connect(sqlite3 *database, void *context, int arguments_count,
                         const char *const *arguments, sqlite3_vtab **out, char **message)
{
    struct column_table *table = sqlite3_malloc(sizeof(*table));

    (void)arguments_count;
    (void)arguments;
    (void)message;
    if (table == NULL) {
        return SQLITE_NOMEM;
    }
    *table = (struct column_table){.columns = context};
    *out = &table->base;
    return sqlite3_declare_vtab(database, "CREATE TABLE t(key INT, word TEXT, amount REAL)");
}

static int table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int table_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = ROWS;
    return SQLITE_OK;
}

static int table_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct column_cursor *cursor = sqlite3_malloc(sizeof(*cursor));

    if (cursor == NULL) {
        return SQLITE_NOMEM;
    }
    *cursor = (struct column_cursor){.columns = ((struct column_table *)base)->columns};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *cursor, int number, const char *name,
                         int values_count, sqlite3_value **values)
{
    (void)number;
    (void)name;
    (void)values_count;
    (void)values;
    ((struct column_cursor *)cursor)->row = 0;
    return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *cursor)
{
    ((struct column_cursor *)cursor)->row++;
    return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *cursor)
{
    return ((struct column_cursor *)cursor)->row == ROWS;
}

static void tagged_result(sqlite3_context *context, const struct tagged *value)
{
    int64_t number;
    double amount;

    switch (value->head & 7) {
    case KIND_INT:
        memcpy(&number, value->bytes + 4, sizeof(number));
        sqlite3_result_int64(context, number);
        break;
    case KIND_FLOAT:
        memcpy(&amount, value->bytes + 4, sizeof(amount));
        sqlite3_result_double(context, amount);
        break;
    default:
        sqlite3_result_text(context, value->bytes, (int)(value->head >> 3), SQLITE_STATIC);
        break;
    }
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct column_cursor *cursor = (struct column_cursor *)base;
    const struct columns *columns = cursor->columns;

    if (columns->tagged[0] != NULL) {
        tagged_result(context, &columns->tagged[column][cursor->row]);
    } else if (column == 0) {
        sqlite3_result_int64(context, columns->keys[cursor->row]);
    } else if (column == 1) {
        tagged_result(context, &columns->words[cursor->row]);
    } else {
        sqlite3_result_double(context, columns->amounts[cursor->row]);
    }
    return SQLITE_OK;
}

static int cursor_row_id(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
    *out = ((struct column_cursor *)cursor)->row;
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .iVersion = 1,
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = table_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_row_id,
};

static uint64_t query_run(void *state)
{
    struct query *query = state;
    uint64_t sum = 0;

    while (sqlite3_step(query->statement) == SQLITE_ROW) {
        sum = sum * 31 + (uint64_t)sqlite3_column_int64(query->statement, 0);
    }
    sqlite3_reset(query->statement);
    return sum;
}

static sqlite3 *database_open(struct columns *columns)
{
    sqlite3 *database = NULL;

    /* Without CREATE: an eponymous table has the module's name. */
    if (sqlite3_open(":memory:", &database) != SQLITE_OK ||
        sqlite3_create_module(database, "t", &module, columns) != SQLITE_OK) {
        fprintf(stderr, "layout: open SQLite: %s\n", sqlite3_errmsg(database));
        exit(1);
    }
    return database;
}

static void columns_fill(struct columns *dense, struct columns *tagged)
{
    uint64_t random_state = 5;

    *dense = (struct columns){.keys = layout_alloc(ROWS * sizeof(int64_t)),
                              .words = layout_alloc(ROWS * sizeof(struct tagged)),
                              .amounts = layout_alloc(ROWS * sizeof(double))};
    tagged->tagged[0] = layout_alloc(ROWS * sizeof(struct tagged));
    tagged->tagged[1] = dense->words;
    tagged->tagged[2] = layout_alloc(ROWS * sizeof(struct tagged));
    for (uint32_t i = 0; i < ROWS; i++) {
        int size = snprintf(dense->words[i].bytes, sizeof(dense->words[i].bytes), "w%u",
                            (unsigned)(layout_random(&random_state) % 1000));

        dense->words[i].head = (uint32_t)size << 3 | KIND_BYTES;
        dense->keys[i] = (int64_t)(layout_random(&random_state) % 1000);
        dense->amounts[i] = (double)(layout_random(&random_state) >> 11) * 0x1p-53;
        tagged->tagged[0][i].head = KIND_INT;
        memcpy(tagged->tagged[0][i].bytes + 4, &dense->keys[i], 8);
        tagged->tagged[2][i].head = KIND_FLOAT;
        memcpy(tagged->tagged[2][i].bytes + 4, &dense->amounts[i], 8);
    }
}

void layout_sql_run(void)
{
    static const char *const texts[] = {
        "SELECT count(*), sum(key) FROM t WHERE amount > 0.5",
        "SELECT count(*), sum(amount) FROM t GROUP BY key",
        "SELECT count(*), word FROM t GROUP BY word",
    };
    struct columns columns[2] = {{0}, {0}};
    sqlite3 *databases[2];

    columns_fill(&columns[0], &columns[1]);
    for (uint32_t i = 0; i < 2; i++) {
        databases[i] = database_open(&columns[i]);
    }
    for (uint32_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct query queries[2];
        char title[128];

        for (uint32_t j = 0; j < 2; j++) {
            if (sqlite3_prepare_v2(databases[j], texts[i], -1, &queries[j].statement, NULL) !=
                SQLITE_OK) {
                fprintf(stderr, "layout: %s: %s\n", texts[i], sqlite3_errmsg(databases[j]));
                exit(1);
            }
        }
        const struct layout_variant variants[] = {{"dense columns", query_run, &queries[0]},
                                                  {"tagged values", query_run, &queries[1]}};

        snprintf(title, sizeof(title), "sql: %s", texts[i]);
        layout_compare(title, variants, 2, ROWS, "row");
        for (uint32_t j = 0; j < 2; j++) {
            sqlite3_finalize(queries[j].statement);
        }
    }
    for (uint32_t j = 0; j < 2; j++) {
        sqlite3_close(databases[j]);
    }
}
