/*
 * job - a job file, read: the graph it describes, and how to run it.
 */
#include "app/job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/interpolate.h"
#include "app/job_reader.h"
#include "app/job_tests.h"
#include "app/transforms.h"
#include "base/file.h"
#include "base/mem.h"
#include "exec/lineage.h"

enum { WORKERS_MAX = 1024, PARTITIONS_MAX = 65536, BATCH_DEFAULT_MS = 1000 };

static const struct job_key top_keys[] = {
    {"$schema", KIND_ANY, false},   {"version", KIND_NUMBER, true},
    {"job", KIND_OBJECT, false},    {"plugins", KIND_OBJECT, false},
    {"sources", KIND_OBJECT, true}, {"operators", KIND_OBJECT, false},
    {"sinks", KIND_OBJECT, true},   {"log", KIND_OBJECT, false},
    {"tests", KIND_LIST, false},
};

static const struct job_key job_keys[] = {
    {"name", KIND_TEXT, false},      {"batch", KIND_DURATION, false},
    {"workers", KIND_NUMBER, false}, {"partitions", KIND_NUMBER | KIND_TEXT, false},
    {"stop", KIND_OBJECT, false},    {"memory", KIND_OBJECT, false},
};

static const struct job_key memory_keys[] = {
    {"limit", KIND_SIZE, false},
    {"spill", KIND_TEXT, false},
};

static const struct job_key stop_keys[] = {
    {"graceful", KIND_BOOL, false},
    {"timeout", KIND_DURATION, false},
};

static const struct job_key plugins_keys[] = {{"path", KIND_LIST, false}};

static const struct job_key log_keys[] = {
    {"level", KIND_TEXT, false},
    {"format", KIND_TEXT, false},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void read_stop(struct job_reader *reader, const struct document_node *stop)
{
    struct job *job = reader->job;
    int64_t timeout_ms;

    job_check_keys(reader, stop, "\"stop\"", stop_keys, COUNT_OF(stop_keys));
    job->is_stop_graceful = job_get_bool(stop, "graceful", true);
    timeout_ms = job_get_duration(reader, stop, "timeout", 0);
    job->engine.stop_timeout_ms = timeout_ms < 0 ? 0 : timeout_ms;
}

/* A path that does not begin with / begins in the job file's folder. NULL: no memory. */
static char *full_path(const struct job_reader *reader, const char *path)
{
    return path[0] == '/' ? mem_text_copy(path) : path_join(reader->folder, path);
}

static void read_memory(struct job_reader *reader, const struct document_node *memory)
{
    struct job *job = reader->job;
    const char *spill = job_get_text(reader, memory, "spill");

    job_check_keys(reader, memory, "\"memory\"", memory_keys, COUNT_OF(memory_keys));
    job->engine.memory_limit_bytes = (size_t)job_get_size(reader, memory, "limit");
    if (spill != NULL && spill[0] == '\0') {
        job_tell(reader, document_member(memory, "spill"), "E022", "leave it out for the usual one",
                 "\"spill\" must name a folder");
    } else if (spill != NULL) {
        job->spill_dir = full_path(reader, spill);
        job->engine.spill_dir = job->spill_dir;
        reader->problems->is_cut = reader->problems->is_cut || job->spill_dir == NULL;
    }
}

static void read_partitions(struct job_reader *reader, const struct document_node *node)
{
    const struct document_node *partitions = document_member(node, "partitions");

    if (partitions != NULL && partitions->kind == DOCUMENT_TEXT && !partitions->is_placeholder) {
        reader->job->engine.is_per_block = strcmp(partitions->text, "per-block") == 0;
        if (!reader->job->engine.is_per_block) {
            job_tell(reader, partitions, "E021", "write a number, or \"per-block\"",
                     "\"partitions\" must be a number or \"per-block\", found \"%.64s\"",
                     partitions->text);
        }
        return;
    }
    reader->job->engine.partitions = job_get_count(reader, node, "partitions", 1, PARTITIONS_MAX);
}

static void read_job(struct job_reader *reader, const struct document_node *node)
{
    struct job *job = reader->job;
    const struct document_node *stop = job_get(node, "stop", KIND_OBJECT);
    const struct document_node *memory = job_get(node, "memory", KIND_OBJECT);
    const char *name = job_get_text(reader, node, "name");
    int64_t batch_ms;

    job_check_keys(reader, node, "\"job\"", job_keys, COUNT_OF(job_keys));
    if (name != NULL && name[0] != '\0') {
        job->engine.name = name;
    }
    batch_ms = job_get_duration(reader, node, "batch", BATCH_DEFAULT_MS);
    job->graph->batch_ms = batch_ms < 0 ? BATCH_DEFAULT_MS : batch_ms;
    job->engine.workers = job_get_count(reader, node, "workers", 1, WORKERS_MAX);
    read_partitions(reader, node);
    if (stop != NULL) {
        read_stop(reader, stop);
    }
    if (memory != NULL) {
        read_memory(reader, memory);
    }
}

static void read_log(struct job_reader *reader, const struct document_node *node)
{
    const char *level = job_get_text(reader, node, "level");
    const char *format = job_get_text(reader, node, "format");

    job_check_keys(reader, node, "\"log\"", log_keys, COUNT_OF(log_keys));
    if (level != NULL) {
        reader->job->has_log_level = log_level_from_name(level, &reader->job->log_level);
        if (!reader->job->has_log_level) {
            job_tell(reader, document_member(node, "level"), "E021",
                     "there are \"debug\", \"info\", \"warn\", \"error\" and \"off\"",
                     "there is no log level \"%.64s\"", level);
        }
    }
    if (format != NULL && strcmp(format, "auto") != 0) {
        reader->job->has_log_format = true;
        reader->job->log_format = strcmp(format, "json") == 0 ? LOG_JSON : LOG_TEXT;
        if (strcmp(format, "json") != 0 && strcmp(format, "text") != 0) {
            job_tell(reader, document_member(node, "format"), "E021",
                     "there are \"text\", \"json\" and \"auto\"",
                     "there is no log format \"%.64s\"", format);
        }
    }
}

static weir_status add_folder(struct job_reader *reader, const char *path, weir_error *error)
{
    char *full = full_path(reader, path);
    weir_status status;

    if (full == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the plugin folders");
    }
    status = plugin_folders_add(reader->job->folders, full, error);
    mem_free(full);
    return status;
}

/* In the order of searching: the command line's, the job file's, the usual ones. */
static weir_status read_folders(struct job_reader *reader, const struct document_node *root,
                                weir_error *error)
{
    const struct document_node *plugins =
        root == NULL ? NULL : job_get(root, "plugins", KIND_OBJECT);
    const struct document_node *paths = NULL;

    for (size_t i = 0; i < reader->request->plugin_paths_count; i++) {
        WEIR_TRY(plugin_folders_add(reader->job->folders, reader->request->plugin_paths[i], error));
    }
    if (plugins != NULL) {
        job_check_keys(reader, plugins, "\"plugins\"", plugins_keys, COUNT_OF(plugins_keys));
        paths = job_get(plugins, "path", KIND_LIST);
    }
    if (paths != NULL) {
        for (const struct document_node *path = paths->first; path != NULL; path = path->next) {
            if (path->kind != DOCUMENT_TEXT) {
                job_tell(reader, path, "E021", NULL, "a plugin folder must be a string, found %s",
                         document_kind_name(path->kind));
            } else if (!path->is_bad) {
                WEIR_TRY(add_folder(reader, path->text, error));
            }
        }
    }
    return plugin_folders_add_defaults(reader->job->folders, error);
}

static weir_status read_root(struct job_reader *reader, const struct document_node *root,
                             weir_error *error)
{
    const struct document_node *version;
    const struct document_node *node;
    struct job_test *tests;

    if (root->kind != DOCUMENT_OBJECT) {
        job_tell(reader, root, "E021", NULL, "a job file must be an object, found %s",
                 document_kind_name(root->kind));
        return WEIR_OK;
    }
    job_check_keys(reader, root, "the job file", top_keys, COUNT_OF(top_keys));
    version = job_get(root, "version", KIND_NUMBER);
    if (version != NULL && version->number != 1) {
        job_tell(reader, version, "E010", "this weir reads \"version\": 1",
                 "this job file is of another version");
    }
    node = job_get(root, "job", KIND_OBJECT);
    if (node != NULL) {
        read_job(reader, node);
    }
    node = job_get(root, "log", KIND_OBJECT);
    if (node != NULL) {
        read_log(reader, node);
    }
    WEIR_TRY(job_read_graph(reader, root, error));
    WEIR_TRY(job_read_tests(reader, job_get(root, "tests", KIND_LIST), &tests, error));
    reader->job->tests = tests;
    return WEIR_OK;
}

/* All of the standard input, as far as a job file may be long. */
static weir_status read_input(struct bytes *out, weir_error *error)
{
    for (;;) {
        char *room = bytes_reserve(out, 65536);
        ssize_t count = room == NULL ? 0 : read(STDIN_FILENO, room, 65536);
        if (room == NULL) {
            return error_set(error, WEIR_E_NOMEM, "no memory to read the standard input");
        }
        if (count < 0) {
            return error_system(error, "read the standard input");
        }
        out->size += (size_t)count;
        if (count == 0) {
            return WEIR_OK;
        }
        if (out->size > DOCUMENT_BYTES_MAX) {
            return error_set(error, WEIR_E_TOOBIG, "the standard input is larger than 16 MiB");
        }
    }
}

static weir_status read_text(struct job_reader *reader, struct bytes *text, weir_error *error)
{
    const char *path = reader->request->path;
    const char *slash = strrchr(path, '/');

    if (strcmp(path, "-") == 0) {
        reader->job->path = "(stdin)";
        reader->folder = mem_text_copy(".");
        WEIR_TRY(read_input(text, error));
    } else {
        reader->job->path = path;
        reader->folder = slash == NULL   ? mem_text_copy(".")
                         : slash == path ? mem_text_copy("/")
                                         : mem_bytes_copy(path, (size_t)(slash - path));
        WEIR_TRY(file_read_all(path, DOCUMENT_BYTES_MAX, text, error));
    }
    return reader->folder == NULL ? error_set(error, WEIR_E_NOMEM, "no memory for the job file")
                                  : WEIR_OK;
}

static weir_status read_file(struct job_reader *reader, weir_error *error)
{
    struct job *job = reader->job;
    struct bytes text = {0};
    weir_status status = read_text(reader, &text, error);

    if (status == WEIR_OK) {
        status = document_parse(&job->document, job->path, &text, reader->problems, error);
    }
    bytes_fini(&text);
    WEIR_TRY(status);
    if (job->document.root != NULL && job->document.root->kind == DOCUMENT_OBJECT) {
        for (size_t i = 0; i < reader->request->sets_count; i++) {
            if (document_set(&job->document, reader->request->sets[i], error) != WEIR_OK) {
                return error_wrap(error, error->code == WEIR_E_NOMEM ? WEIR_E_NOMEM : WEIR_E_INVAL,
                                  "--set %s", reader->request->sets[i]);
            }
        }
    }
    WEIR_TRY(interpolate_document(&job->document, reader->folder, reader->problems, error));
    WEIR_TRY(read_folders(reader, job->document.root, error));
    return job->document.root == NULL ? WEIR_OK : read_root(reader, job->document.root, error);
}

weir_status job_open(const struct job_request *request, struct job **out, weir_error *error)
{
    struct job *job = mem_zalloc(sizeof(*job));
    struct job_reader reader = {.job = job, .request = request};
    weir_status status;

    if (job == NULL) {
        return error_set(error, WEIR_E_NOMEM, "no memory for the job");
    }
    document_init(&job->document);
    job->engine.name = "weir";
    job->is_stop_graceful = true;
    status = function_registry_create(&job->functions, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = builtins_register(job->functions, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = transforms_register(job->functions, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = plugin_folders_create(&job->folders, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    status = graph_create(job->functions, BATCH_DEFAULT_MS, &job->graph, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    reader.problems = &job->graph->problems;
    status = read_file(&reader, error);
    if (status != WEIR_OK) {
        goto fail;
    }
    mem_free(reader.folder);
    *out = job;
    return WEIR_OK;

fail:
    mem_free(reader.folder);
    job_close(job);
    return status;
}

/* True for a complaint about a value that was told to be no value at all. */
static bool is_told(const struct job *job, const struct problem *problem)
{
    bool is_exact;
    const struct document_node *node = document_locate(&job->document, problem->pointer, &is_exact);

    return problem->offset < 0 && node != NULL && is_exact && node->is_bad && !problem->is_at_key &&
           strcmp(problem->code, "E012") != 0;
}

/* True for a complaint about the inputs of an operator whose "op" does not exist: a stand-in
 * without inputs is in its place. */
static bool is_follow_on(const struct job *job, const struct problem *problem)
{
    const struct document_node *operators;
    const struct document_node *op;

    if (strcmp(problem->code, "E034") != 0 || job->document.root == NULL) {
        return false;
    }
    operators = job_get(job->document.root, "operators", KIND_OBJECT);
    for (const struct document_node *node = operators == NULL ? NULL : operators->first;
         node != NULL; node = node->next) {
        const struct node *made = graph_find(job->graph, node->key);
        size_t size = made == NULL ? 0 : strlen(made->pointer);
        op = job_get(node, "op", KIND_TEXT);
        if (size > 0 && op != NULL && operator_find(op->text) == NULL &&
            strncmp(problem->pointer, made->pointer, size) == 0 &&
            strcmp(problem->pointer + size, "/from") == 0) {
            return true;
        }
    }
    return false;
}

void job_settle(struct job *job)
{
    struct problems *problems = &job->graph->problems;
    size_t kept = 0;

    for (size_t i = 0; i < problems->count; i++) {
        if (is_told(job, &problems->items[i]) || is_follow_on(job, &problems->items[i])) {
            problems->errors_count--;
        } else {
            problems->items[kept++] = problems->items[i];
        }
    }
    problems->count = kept;
}

void job_close(struct job *job)
{
    if (job == NULL) {
        return;
    }
    graph_destroy(job->graph);
    plugin_folders_destroy(job->folders);
    function_registry_destroy(job->functions);
    document_fini(&job->document);
    mem_free(job->spill_dir);
    mem_free(job);
}
