/*
 * check_window - windows and slides are multiples of the interval of the stream they are over.
 */
#include <stdio.h>

#include "base/bytes.h"
#include "plan/check.h"

/* The interval at which the node's inputs make RDDs, the same for all; 0 when it is unknown. */
static int64_t input_interval(struct check *check, const struct node *node)
{
    const struct node *first = NULL;
    char texts[2][32];

    for (uint32_t i = 0; i < node->inputs_count; i++) {
        const struct node *input = node->inputs[i];
        if (input->interval_ms == 0) {
            continue;
        }
        if (first != NULL && input->interval_ms != first->interval_ms) {
            check_error(check, node, "/from", "E037", NULL,
                        "\"%.64s\" reads streams of different slide durations: "
                        "\"%.64s\" comes every %s, \"%.64s\" every %s",
                        node->name, first->name, duration_text(first->interval_ms, texts[0]),
                        input->name, duration_text(input->interval_ms, texts[1]));
            return 0;
        }
        first = first == NULL ? input : first;
    }
    return first == NULL ? 0 : first->interval_ms;
}

/* The input that gave the node its interval. Inputs that stand behind it are on a cycle, and gave
 * none. */
static const struct node *interval_giver(const struct node *node)
{
    for (uint32_t i = 0; i < node->inputs_count; i++) {
        const struct node *input = node->inputs[i];
        if (input->id < node->id && input->interval_ms == node->interval_ms) {
            return input;
        }
    }
    return NULL;
}

/* The stream above, or the node itself, whose slide is its interval; NULL: it is the batch's. */
static const struct node *interval_maker(const struct node *node)
{
    while (node != NULL && !(node->class->has_window && node->slide_ms > 0)) {
        node = interval_giver(node);
    }
    return node;
}

/* "use "4s" or "6s", or change /job/batch" */
static void write_help(struct bytes *help, const struct node *maker, int64_t duration_ms,
                       int64_t parent_ms)
{
    int64_t below_ms = duration_ms > 0 ? duration_ms / parent_ms * parent_ms : 0;
    int64_t above_ms;
    char text[32];

    if (below_ms > 0) {
        bytes_printf(help, "use \"%s\"", duration_text(below_ms, text));
    }
    if (!__builtin_add_overflow(below_ms, parent_ms, &above_ms)) {
        bytes_printf(help, "%s\"%s\"", below_ms > 0 ? " or " : "use ",
                     duration_text(above_ms, text));
    }
    if (maker == NULL) {
        bytes_append_text(help, ", or change /job/batch");
    } else {
        bytes_printf(help, ", or change %s/slide", maker->pointer);
    }
}

/* False after it was told why. */
static bool check_multiple(struct check *check, const struct node *node, const char *what,
                           int64_t duration_ms, int64_t parent_ms)
{
    const struct node *maker = interval_maker(interval_giver(node));
    struct bytes help = {0};
    char part[16];
    char texts[2][32];

    if (duration_ms > 0 && duration_ms % parent_ms == 0) {
        return true;
    }
    snprintf(part, sizeof(part), "/%s", what);
    write_help(&help, maker, duration_ms, parent_ms);
    if (help.failed) {
        check->graph->problems.is_cut = true;
    }
    duration_text(duration_ms, texts[0]);
    duration_text(parent_ms, texts[1]);
    if (duration_ms <= 0) {
        check_error(check, node, part, "E031", help.data, "%s %s of \"%.64s\" is not above zero",
                    what, texts[0], node->name);
    } else if (maker == NULL) {
        check_error(check, node, part, "E031", help.data,
                    "%s %s of \"%.64s\" is not a multiple of the batch interval %s", what, texts[0],
                    node->name, texts[1]);
    } else {
        check_error(check, node, part, "E031", help.data,
                    "%s %s of \"%.64s\" is not a multiple of %s, the slide of \"%.64s\"", what,
                    texts[0], node->name, texts[1], maker->name);
    }
    bytes_fini(&help);
    return false;
}

static void refuse_window(struct check *check, const struct node *node)
{
    if (node->window_ms != 0) {
        check_error(check, node, "/window", "E020", NULL, "%s takes no window", node->class->name);
    }
    if (node->slide_ms != 0) {
        check_error(check, node, "/slide", "E020", NULL, "%s takes no slide", node->class->name);
    }
}

/* The interval at which the RDD is kept without its lineage is a multiple of the stream's own. */
static void check_checkpoint(struct check *check, const struct node *node)
{
    char texts[2][32];

    if (node->checkpoint_ms == 0 || node->interval_ms == 0) {
        return;
    }
    duration_text(node->checkpoint_ms, texts[0]);
    duration_text(node->interval_ms, texts[1]);
    if (node->checkpoint_ms < node->interval_ms) {
        check_error(check, node, "/checkpoint", "E047", NULL,
                    "the checkpoint interval %s of \"%.64s\" is lower than its slide duration "
                    "%s: set it to at least %s",
                    texts[0], node->name, texts[1], texts[1]);
    } else if (node->checkpoint_ms % node->interval_ms != 0) {
        check_error(check, node, "/checkpoint", "E047", NULL,
                    "the checkpoint interval %s of \"%.64s\" is not a multiple of its slide "
                    "duration %s",
                    texts[0], node->name, texts[1]);
    }
}

static void check_interval(struct check *check, struct node *node)
{
    int64_t parent_ms =
        node->class->kind == OPERATOR_SOURCE ? check->graph->batch_ms : input_interval(check, node);

    if (node->partitions != 0 && !node->class->has_partitions) {
        check_error(check, node, "/partitions", "E020", NULL, "%s takes no partitions",
                    node->class->name);
    }
    if (node->partitions == 0 && node->class->kind == OPERATOR_REPARTITION) {
        check_error(check, node, "/partitions", "E046", NULL,
                    "number of partitions (0) of \"%.64s\" must be positive", node->name);
    }
    node->interval_ms = parent_ms > 0 ? parent_ms : 0;
    if (!node->class->has_window) {
        refuse_window(check, node);
        return;
    }
    if (node->window_ms == 0) {
        check_error(check, node, "/window", "E035", "give one such as \"30s\"",
                    "\"%.64s\" has no window", node->name);
    } else if (parent_ms > 0) {
        check_multiple(check, node, "window", node->window_ms, parent_ms);
    }
    if (node->slide_ms != 0 && parent_ms > 0) {
        bool is_right = check_multiple(check, node, "slide", node->slide_ms, parent_ms);
        node->interval_ms = is_right ? node->slide_ms : 0;
    }
}

void check_window(struct check *check, struct node *node)
{
    check_interval(check, node);
    check_checkpoint(check, node);
}
