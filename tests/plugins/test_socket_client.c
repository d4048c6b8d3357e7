/* The socket receiver as a client, in a test host, over real sockets of the loopback. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "peer.h"
#include "test_host.h"

static struct test_host *client_of(int port)
{
    struct test_host *host = test_host_create("socket");

    test_host_text(host, "host", "127.0.0.1");
    test_host_number(host, "port", port);
    return host;
}

static void lines_come_at_once_and_the_last_one_when_the_peer_closes(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);
    char story[128];

    (void)state;
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "one\ntw");
    test_host_wait_records(host, 1);
    test_host_expect_values(host, "one");
    peer_say(peer, "o\r");
    test_host_wait_records(host, 2);
    peer_say(peer, "\nthree\rfour\n\nlast");
    test_host_wait_records(host, 5);
    test_host_expect_values(host, "one|two|three|four|");
    close(peer);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    test_host_expect_values(host, "one|two|three|four||last");
    snprintf(story, sizeof(story), "127.0.0.1:%d closed the connection", port);
    assert_string_equal(test_host_story(host), story);
    snprintf(story, sizeof(story), "info: connected to 127.0.0.1:%d", port);
    test_host_wait_log(host, story);
    assert_int_equal(test_host_metric(host, "connections"), 1);
    test_host_destroy(host);
    close(listener);
}

static void a_peer_that_is_not_there_is_named(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);
    char story[128];

    (void)state;
    close(listener);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    snprintf(story, sizeof(story), "connect to 127.0.0.1:%d: Connection refused", port);
    assert_string_equal(test_host_story(host), story);
    test_host_destroy(host);
}

static void a_name_that_is_none_is_told(void **state)
{
    struct test_host *host = client_of(9);

    (void)state;
    test_host_text(host, "host", "no such name");
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    assert_non_null(strstr(test_host_story(host), "find no such name: "));
    test_host_destroy(host);
}

static void every_address_of_a_name_is_tried(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);

    (void)state;
    test_host_text(host, "host", "localhost"); /* ::1 too, where nobody listens */
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "x\n");
    test_host_wait_records(host, 1);
    test_host_destroy(host);
    close(peer);
    close(listener);
}

static void a_connection_that_breaks_gives_the_whole_lines_and_an_error(void **state)
{
    struct linger hard = {.l_onoff = 1};
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);

    (void)state;
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "one\nhal");
    test_host_wait_records(host, 1);
    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    close(peer); /* with a reset */
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    assert_non_null(strstr(test_host_story(host), "Connection reset by peer"));
    test_host_expect_values(host, "one");
    test_host_destroy(host);
    close(listener);
}

static void it_stops_at_once_while_the_peer_is_silent(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);

    (void)state;
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "one\n");
    test_host_wait_records(host, 1);
    assert_int_equal(test_host_end(host), WEIR_OK);
    test_host_destroy(host);
    close(peer);
    close(listener);
}

static void it_stops_while_it_connects(void **state)
{
    struct test_host *host;
    int port, listener = peer_listen(&port);
    int waiting[64];
    int count = 0;

    (void)state;
    /* A queue that is full leaves the next one without an answer. */
    assert_int_equal(listen(listener, 0), 0);
    struct sockaddr_in address = peer_address(port);
    bool is_full = false;
    while (!is_full && count < 64) {
        waiting[count] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int result = connect(waiting[count], (struct sockaddr *)&address, sizeof(address));
        assert_true(result == 0 || errno == EINPROGRESS);
        struct pollfd done = {.fd = waiting[count++], .events = POLLOUT};
        is_full = poll(&done, 1, 100) == 0;
    }
    assert_true(is_full);
    host = client_of(port);
    test_host_start(host);
    assert_int_equal(test_host_end(host), WEIR_OK);
    test_host_destroy(host);

    host = client_of(port);
    test_host_number(host, "connect_timeout", 50000000);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    assert_non_null(strstr(test_host_story(host), "Connection timed out"));
    test_host_destroy(host);
    for (int i = 0; i < count; i++) {
        close(waiting[i]);
    }
    close(listener);
}

static void a_host_without_room_makes_the_peer_wait_and_nothing_is_lost(void **state)
{
    enum { LINES = 300000 };
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);
    char *text = malloc(LINES * 8), *at = text;

    (void)state;
    for (int i = 0; i < LINES; i++) {
        at += sprintf(at, "%d\n", i);
    }
    test_host_set_full(host, true);
    test_host_start(host);
    int peer = peer_accept(listener);
    int flood = 1 << 14;
    setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &flood, sizeof(flood));
    peer_say(peer, "first\n");
    test_host_wait_refusals(host, 2);
    /* Nobody reads, so the peer is stopped by TCP. */
    size_t sent = 0;
    for (;;) {
        ssize_t count = send(peer, text + sent, (size_t)(at - text) - sent, MSG_DONTWAIT);
        if (count <= 0) {
            break;
        }
        sent += (size_t)count;
    }
    assert_true(sent < (size_t)(at - text) || errno != EAGAIN);
    assert_int_equal(test_host_records_count(host), 0);
    test_host_set_full(host, false);
    peer_send(peer, text + sent, (size_t)(at - text) - sent);
    test_host_wait_records(host, LINES + 1);
    test_host_end(host);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(atoi(test_host_record(host, (size_t)i + 1)->value), i);
    }
    test_host_destroy(host);
    close(peer);
    close(listener);
    free(text);
}

/* Lines of very different lengths, sent in pieces of very different sizes. */
static void lines_of_all_lengths_come_whole(void **state)
{
    enum { LINES = 400 };
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);
    size_t lengths[LINES], total = 0;

    (void)state;
    srand(7);
    for (int i = 0; i < LINES; i++) {
        lengths[i] = 1 + (size_t)rand() % (i % 50 == 0 ? 900000 : 300);
        total += lengths[i] + 1;
    }
    char *text = malloc(total), *at = text;
    for (int i = 0; i < LINES; i++) {
        memset(at, 'a' + i % 26, lengths[i]);
        at += lengths[i];
        *at++ = i % 3 == 0 ? '\r' : '\n';
    }
    test_host_use_tight_blocks(host);
    test_host_start(host);
    int peer = peer_accept(listener);
    for (size_t sent = 0; sent < total;) {
        size_t size = (size_t)rand() % 30000 + 1;
        size = size < total - sent ? size : total - sent;
        peer_send(peer, text + sent, size);
        sent += size;
    }
    test_host_wait_records(host, LINES);
    test_host_end(host);
    for (int i = 0; i < LINES; i++) {
        const struct test_record *record = test_host_record(host, (size_t)i);
        assert_int_equal(record->length, lengths[i]);
        for (size_t c = 0; c < record->length; c++) {
            assert_true(record->value[c] == 'a' + i % 26);
        }
    }
    test_host_destroy(host);
    close(peer);
    close(listener);
    free(text);
}

static void a_line_that_is_too_long_is_dropped_counted_and_told_once(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);
    char *flood = malloc(3000000);

    (void)state;
    memset(flood, 'x', 3000000);
    test_host_number(host, "max_line", 100000);
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "before\n");
    peer_send(peer, flood, 3000000);
    peer_say(peer, "\nbetween\n");
    peer_send(peer, flood, 100001);
    peer_say(peer, "\n");
    peer_send(peer, flood, 100000);
    peer_say(peer, "\nafter\n");
    test_host_wait_records(host, 4);
    test_host_end(host);
    assert_string_equal(test_host_record(host, 0)->value, "before");
    assert_string_equal(test_host_record(host, 1)->value, "between");
    assert_int_equal(test_host_record(host, 2)->length, 100000);
    assert_string_equal(test_host_record(host, 3)->value, "after");
    assert_int_equal(test_host_metric(host, "lines_too_long"), 2);
    assert_int_equal(test_host_count_log(host, "a line of more than 100000 bytes is dropped"), 1);
    test_host_destroy(host);
    close(peer);
    close(listener);
    free(flood);
}

static void or_truncated(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);

    (void)state;
    test_host_number(host, "max_line", 5);
    test_host_text(host, "on_long_line", "truncate");
    test_host_start(host);
    int peer = peer_accept(listener);
    peer_say(peer, "1234567890");
    test_host_wait_records(host, 1);
    peer_say(peer, "1234567890\nnext\n");
    test_host_wait_records(host, 2);
    test_host_expect_values(host, "12345|next");
    test_host_destroy(host);
    close(peer);
    close(listener);
}

static void a_silent_peer_is_left_after_the_idle_timeout(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = client_of(port);

    (void)state;
    test_host_number(host, "idle_timeout", 50000000);
    test_host_start(host);
    int peer = peer_accept(listener);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    assert_non_null(strstr(test_host_story(host), "sent nothing for the idle_timeout"));
    test_host_destroy(host);
    close(peer);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_at_once_and_the_last_one_when_the_peer_closes),
        cmocka_unit_test(a_peer_that_is_not_there_is_named),
        cmocka_unit_test(a_name_that_is_none_is_told),
        cmocka_unit_test(every_address_of_a_name_is_tried),
        cmocka_unit_test(a_connection_that_breaks_gives_the_whole_lines_and_an_error),
        cmocka_unit_test(it_stops_at_once_while_the_peer_is_silent),
        cmocka_unit_test(it_stops_while_it_connects),
        cmocka_unit_test(a_host_without_room_makes_the_peer_wait_and_nothing_is_lost),
        cmocka_unit_test(lines_of_all_lengths_come_whole),
        cmocka_unit_test(a_line_that_is_too_long_is_dropped_counted_and_told_once),
        cmocka_unit_test(or_truncated),
        cmocka_unit_test(a_silent_peer_is_left_after_the_idle_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
