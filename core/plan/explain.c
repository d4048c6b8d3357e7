/*
 * explain - a graph as people look at it.
 */
#include "plan/explain.h"

#include <string.h>

#include "base/mem.h"

/* A node with several readers, of which the rest are to be drawn under the first. */
struct branch {
    uint32_t next; /* places in drawing->readers */
    uint32_t end;
    size_t column;     /* of its "+" */
    size_t name_width; /* of the widest of its readers */
};

struct drawing {
    const struct graph *graph;
    struct bytes *out;
    size_t line_start; /* byte in out */
    uint32_t *first;   /* by id: where its readers begin; one more at the end */
    const struct node **readers;
    bool *is_drawn;          /* by id */
    struct branch *branches; /* those that are open, the innermost last */
    size_t branches_count;
};

/* Each node's readers side by side, in the order of the graph, each once. */
static bool find_readers(struct drawing *drawing)
{
    const struct graph *graph = drawing->graph;
    size_t edges_count = 0;
    uint32_t *counts;

    for (size_t i = 0; i < graph->nodes_count; i++) {
        edges_count += graph->nodes[i]->inputs_count;
    }
    drawing->first = mem_zalloc((graph->nodes_count + 1) * sizeof(*drawing->first));
    drawing->readers = mem_alloc(edges_count * sizeof(struct node *));
    drawing->is_drawn = mem_zalloc(graph->nodes_count * sizeof(*drawing->is_drawn));
    drawing->branches = mem_alloc(graph->nodes_count * sizeof(*drawing->branches));
    counts = mem_zalloc(graph->nodes_count * sizeof(*counts));
    if (drawing->first == NULL || drawing->readers == NULL || drawing->is_drawn == NULL ||
        drawing->branches == NULL || counts == NULL) {
        mem_free(counts);
        return false;
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        for (uint32_t j = 0; j < graph->nodes[i]->inputs_count; j++) {
            drawing->first[graph->nodes[i]->inputs[j]->id + 1]++;
        }
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        drawing->first[i + 1] += drawing->first[i];
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *reader = graph->nodes[i];
        for (uint32_t j = 0; j < reader->inputs_count; j++) {
            uint32_t id = reader->inputs[j]->id;
            uint32_t place = drawing->first[id] + counts[id];
            if (counts[id] == 0 || drawing->readers[place - 1] != reader) {
                drawing->readers[place] = reader;
                counts[id]++;
            }
        }
    }
    /* What was left out leaves a gap: NULL ends a node's readers early. */
    for (size_t i = 0; i < graph->nodes_count; i++) {
        if (drawing->first[i] + counts[i] < drawing->first[i + 1]) {
            drawing->readers[drawing->first[i] + counts[i]] = NULL;
        }
    }
    mem_free(counts);
    return true;
}

static uint32_t readers_end(const struct drawing *drawing, const struct node *node)
{
    uint32_t end = drawing->first[node->id];

    while (end < drawing->first[node->id + 1] && drawing->readers[end] != NULL) {
        end++;
    }
    return end;
}

/* Code points, near enough for a terminal. */
static size_t text_width(const char *text, size_t size)
{
    size_t width = 0;

    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)text[i] & 0xC0u) != 0x80u;
    }
    return width;
}

static void write_spaces(struct bytes *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytes_append_byte(out, ' ');
    }
}

/* A text of the user's in a line: without what would break the line. */
static void write_printable(struct bytes *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bytes_append_byte(out, (unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
    }
}

/* "reduceByKeyAndWindow 30s/10s", "socket" */
static void write_kind(struct bytes *out, const struct node *node)
{
    char texts[2][32];
    int64_t slide_ms = node->slide_ms != 0 ? node->slide_ms : node->interval_ms;

    write_printable(out, node->type != NULL ? node->type : node->class->name);
    if (node->class->has_window && node->window_ms != 0) {
        bytes_printf(out, " %s", duration_text(node->window_ms, texts[0]));
        if (slide_ms != 0) {
            bytes_printf(out, "/%s", duration_text(slide_ms, texts[1]));
        }
    }
}

static size_t current_column(const struct drawing *drawing)
{
    const struct bytes *out = drawing->out;

    if (out->failed || out->size == 0) {
        return 0;
    }
    return text_width(out->data + drawing->line_start, out->size - drawing->line_start);
}

static void draw_label(struct drawing *drawing, const struct node *node, size_t name_width)
{
    size_t width = text_width(node->name, strlen(node->name));

    write_printable(drawing->out, node->name);
    write_spaces(drawing->out, width < name_width ? name_width - width : 0);
    bytes_append_text(drawing->out, " (");
    write_kind(drawing->out, node);
    bytes_append_text(drawing->out, drawing->is_drawn[node->id] ? ", as above)" : ")");
}

/* Opens a branch; its first reader is the caller's to draw. */
static struct branch *draw_fork(struct drawing *drawing, uint32_t begin, uint32_t end)
{
    struct branch *branch = &drawing->branches[drawing->branches_count++];

    bytes_append_text(drawing->out, " -");
    *branch = (struct branch){.next = begin + 1, .end = end, .column = current_column(drawing)};
    for (uint32_t i = begin; i < end; i++) {
        size_t width = text_width(drawing->readers[i]->name, strlen(drawing->readers[i]->name));
        branch->name_width = width > branch->name_width ? width : branch->name_width;
    }
    bytes_append_text(drawing->out, "+-> ");
    return branch;
}

/* To the end of the line: from the node along its first readers. */
static void draw_line(struct drawing *drawing, const struct node *node, size_t name_width)
{
    for (;;) {
        bool was_drawn = drawing->is_drawn[node->id];
        uint32_t begin = drawing->first[node->id];
        uint32_t end = readers_end(drawing, node);
        draw_label(drawing, node, name_width);
        drawing->is_drawn[node->id] = true;
        if (was_drawn || begin == end) {
            break;
        }
        name_width = 0;
        if (end - begin > 1) {
            name_width = draw_fork(drawing, begin, end)->name_width;
        } else {
            bytes_append_text(drawing->out, " -> ");
        }
        node = drawing->readers[begin];
    }
    bytes_append_byte(drawing->out, '\n');
    drawing->line_start = drawing->out->size;
}

/* A line that goes on with the innermost branch. */
static void draw_branch(struct drawing *drawing)
{
    struct branch branch = drawing->branches[drawing->branches_count - 1];
    const struct node *node = drawing->readers[branch.next];
    bool is_last = branch.next + 1 == branch.end;
    size_t column = 0;

    for (size_t i = 0; i + 1 < drawing->branches_count; i++) {
        write_spaces(drawing->out, drawing->branches[i].column - column);
        bytes_append_byte(drawing->out, '|');
        column = drawing->branches[i].column + 1;
    }
    write_spaces(drawing->out, branch.column - column);
    bytes_append_text(drawing->out, is_last ? "`-> " : "+-> ");
    if (is_last) {
        drawing->branches_count--;
    } else {
        drawing->branches[drawing->branches_count - 1].next++;
    }
    draw_line(drawing, node, branch.name_width);
}

static void draw_from(struct drawing *drawing, const struct node *node)
{
    draw_line(drawing, node, 0);
    while (drawing->branches_count > 0 && !drawing->out->failed) {
        draw_branch(drawing);
    }
}

void explain_text(const struct graph *graph, struct bytes *out)
{
    struct drawing drawing = {.graph = graph, .out = out, .line_start = out->size};

    if (find_readers(&drawing)) {
        for (size_t i = 0; i < graph->nodes_count; i++) {
            if (graph->nodes[i]->inputs_count == 0) {
                draw_from(&drawing, graph->nodes[i]);
            }
        }
        for (size_t i = 0; i < graph->nodes_count; i++) {
            if (!drawing.is_drawn[i]) {
                draw_from(&drawing, graph->nodes[i]); /* on a cycle, or behind one */
            }
        }
    } else {
        out->failed = true;
    }
    mem_free(drawing.first);
    mem_free(drawing.readers);
    mem_free(drawing.is_drawn);
    mem_free(drawing.branches);
}

static void write_dot_text(struct bytes *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            bytes_append_byte(out, '\\');
        }
        bytes_append_byte(out, (unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
    }
}

/* Mermaid reads its labels as HTML with entities of its own form: "#quot;", "#60;". */
static void write_mermaid_text(struct bytes *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || strchr("\"<>&#;`\\|\x7f", *text) != NULL) {
            bytes_printf(out, "#%u;", (unsigned)(unsigned char)*text);
        } else {
            bytes_append_byte(out, *text);
        }
    }
}

/* The second line of a label, in `kind`; what bytes_fini frees. */
static const char *kind_text(struct bytes *kind, const struct node *node, struct bytes *out)
{
    bytes_clear(kind);
    write_kind(kind, node);
    if (kind->failed) {
        out->failed = true;
        return "";
    }
    return kind->data;
}

void explain_dot(const struct graph *graph, struct bytes *out)
{
    struct bytes kind = {0};

    bytes_append_text(out, "digraph job {\n    rankdir=LR;\n    node [shape=box];\n");
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        bytes_printf(out, "    n%u [label=\"", node->id);
        write_dot_text(out, node->name);
        bytes_append_text(out, "\\n");
        write_dot_text(out, kind_text(&kind, node, out));
        bytes_append_text(out, "\"];\n");
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        for (uint32_t j = 0; j < node->inputs_count; j++) {
            bytes_printf(out, "    n%u -> n%u;\n", node->inputs[j]->id, node->id);
        }
    }
    bytes_append_text(out, "}\n");
    bytes_fini(&kind);
}

void explain_mermaid(const struct graph *graph, struct bytes *out)
{
    struct bytes kind = {0};

    bytes_append_text(out, "flowchart LR\n");
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        bytes_printf(out, "    n%u[\"", node->id);
        write_mermaid_text(out, node->name);
        bytes_append_text(out, "<br/>");
        write_mermaid_text(out, kind_text(&kind, node, out));
        bytes_append_text(out, "\"]\n");
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        const struct node *node = graph->nodes[i];
        for (uint32_t j = 0; j < node->inputs_count; j++) {
            bytes_printf(out, "    n%u --> n%u\n", node->inputs[j]->id, node->id);
        }
    }
    bytes_fini(&kind);
}
