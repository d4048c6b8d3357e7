/*
 * check_state - operators that keep something from batch to batch: what they begin with, when idle
 * keys go, and whose states are shown.
 */
#include "base/bytes.h"
#include "plan/check.h"

static bool has_inverse(const struct node *node)
{
    return node->functions[0].call.name != NULL;
}

static bool is_window_with_filter(const struct node *node)
{
    return node->class->kind == OPERATOR_REDUCE_BY_KEY_AND_WINDOW &&
           node->functions[1].call.name != NULL;
}

void check_state(struct check *check, const struct node *node)
{
    const struct operator_class *class = node->class;
    char text[32];

    if (node->initial_count > 0 && !class->has_state) {
        check_error(check, node, "/initial", "E020", NULL, "%s takes no initial state",
                    class->name);
    }
    if (node->timeout_ms != 0 && class->kind != OPERATOR_MAP_WITH_STATE) {
        check_error(check, node, "/timeout", "E020", NULL, "%s takes no timeout", class->name);
    } else if (node->timeout_ms < 0) {
        check_error(check, node, "/timeout", "E021", "give one such as \"10m\"",
                    "timeout %s of \"%.64s\" is not above zero",
                    duration_text(node->timeout_ms, text), node->name);
    }
    if (is_window_with_filter(node) && !has_inverse(node)) {
        check_error(check, node, "/filter", "E048", "give an inverse, or put a filter behind it",
                    "\"%.64s\" has a filter, which only a window with an inverse takes",
                    node->name);
    }
    if (class->kind == OPERATOR_STATE_SNAPSHOTS && node->inputs_count == 1 &&
        node->inputs[0]->class->kind != OPERATOR_MAP_WITH_STATE) {
        check_error(check, node, "/from", "E049", NULL,
                    "\"%.64s\" shows the states of a mapWithState, and \"%.64s\" is a %s",
                    node->name, node->inputs[0]->name, node->inputs[0]->class->name);
    }
}
