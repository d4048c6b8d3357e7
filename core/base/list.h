/*
 * list - a doubly linked ring through members of the things it holds. It allocates nothing.
 *
 * Threads:  the owner's lock.
 */
#ifndef WEIR_BASE_LIST_H
#define WEIR_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *previous;
};

/* The thing of which `link` is the member. */
#define list_entry(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* Walks the ring; the current link may be removed. */
#define list_each(ring, link, following)                                            \
    for (struct list *link = (ring)->next, *following = link->next; link != (ring); \
         link = following, following = link->next)

static inline void list_init(struct list *ring)
{
    ring->next = ring;
    ring->previous = ring;
}

static inline bool list_is_empty(const struct list *ring)
{
    return ring->next == ring;
}

static inline void list_append(struct list *ring, struct list *link)
{
    link->previous = ring->previous;
    link->next = ring;
    ring->previous->next = link;
    ring->previous = link;
}

static inline void list_remove(struct list *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}

/* The first link, taken out; NULL when the ring is empty. */
static inline struct list *list_take_first(struct list *ring)
{
    struct list *link = ring->next;

    if (link == ring) {
        return NULL;
    }
    list_remove(link);
    return link;
}

#endif
