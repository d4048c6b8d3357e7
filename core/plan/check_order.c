/*
 * check_order - inputs before readers, and the cycles for which that cannot be.
 *
 * A walk from each node to its inputs, in the order of the nodes, with a stack of its own: a job
 * file may hold a chain of any length.
 */
#include "base/bytes.h"
#include "base/mem.h"
#include "plan/check.h"

enum mark { MARK_NEW = 0, MARK_OPEN, MARK_DONE };
enum { SHOWN_CYCLE_MAX = 8 };

struct step {
    struct node *node;
    uint32_t next; /* the input to look at next */
};

struct order {
    struct check *check;
    uint8_t *marks; /* by id */
    struct step *steps;
    size_t steps_count;
    struct node **sorted;
    size_t sorted_count;
};

static void add_cycle(struct order *order, const struct node *input)
{
    const struct node *reader = order->steps[order->steps_count - 1].node;
    struct bytes story = {0};
    size_t first = order->steps_count - 1;

    while (order->steps[first].node != input) {
        first--;
    }
    for (size_t i = first; i < order->steps_count; i++) {
        if (i - first == SHOWN_CYCLE_MAX) {
            bytes_append_text(&story, "... reads ");
            break;
        }
        bytes_printf(&story, "%.64s reads ", order->steps[i].node->name);
    }
    bytes_printf(&story, "%.64s", input->name);
    if (story.failed) {
        order->check->graph->problems.is_cut = true;
    } else {
        check_error(order->check, reader, "/from", "E033", NULL,
                    "\"%.64s\" reads from itself: %.400s", reader->name, story.data);
    }
    bytes_fini(&story);
}

static void order_from(struct order *order, struct node *start)
{
    order->steps[order->steps_count++] = (struct step){.node = start};
    order->marks[start->id] = MARK_OPEN;
    while (order->steps_count > 0) {
        struct step *step = &order->steps[order->steps_count - 1];
        if (step->next == step->node->inputs_count) {
            order->marks[step->node->id] = MARK_DONE;
            order->sorted[order->sorted_count++] = step->node;
            order->steps_count--;
            continue;
        }
        struct node *input = step->node->inputs[step->next++];
        if (order->marks[input->id] == MARK_OPEN) {
            add_cycle(order, input);
        } else if (order->marks[input->id] == MARK_NEW) {
            order->marks[input->id] = MARK_OPEN;
            order->steps[order->steps_count++] = (struct step){.node = input};
        }
    }
}

weir_status check_order(struct check *check, weir_error *error)
{
    struct graph *graph = check->graph;
    struct order order = {.check = check};
    weir_status status = WEIR_OK;

    order.marks = mem_zalloc(graph->nodes_count * sizeof(*order.marks));
    order.steps = mem_alloc(graph->nodes_count * sizeof(*order.steps));
    order.sorted = mem_alloc(graph->nodes_count * sizeof(struct node *));
    if (order.marks == NULL || order.steps == NULL || order.sorted == NULL) {
        status = error_set(error, WEIR_E_NOMEM, "order the nodes of the graph");
        goto fail;
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        if (order.marks[graph->nodes[i]->id] == MARK_NEW) {
            order_from(&order, graph->nodes[i]);
        }
    }
    for (size_t i = 0; i < graph->nodes_count; i++) {
        graph->nodes[i] = order.sorted[i];
        graph->nodes[i]->id = (uint32_t)i;
    }

fail:
    mem_free(order.marks);
    mem_free(order.steps);
    mem_free(order.sorted);
    return status;
}
