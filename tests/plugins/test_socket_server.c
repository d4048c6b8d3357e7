/* The socket receiver as a server, in a test host, over real sockets of the loopback. */
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

static int port_of_log(const char *line)
{
    const char *colon = strrchr(line, ':');

    assert_non_null(colon);
    return atoi(colon + 1);
}

static struct test_host *server_at(const char *name)
{
    struct test_host *host = test_host_create("socket");

    test_host_text(host, "host", name);
    test_host_text(host, "mode", "listen");
    test_host_number(host, "port", 0);
    return host;
}

static void a_server_takes_lines_of_many_peers_each_in_its_order(void **state)
{
    enum { PEERS = 20, LINES = 50 };
    struct test_host *host = server_at("127.0.0.1");
    int peers[PEERS], next[PEERS] = {0};
    char line[64];

    (void)state;
    test_host_start(host);
    int port = port_of_log(test_host_wait_log(host, "listening at 127.0.0.1:"));
    assert_true(port > 0);
    for (int i = 0; i < PEERS; i++) {
        peers[i] = peer_connect(port);
    }
    for (int n = 0; n < LINES; n++) {
        for (int i = 0; i < PEERS; i++) {
            snprintf(line, sizeof(line), "%d %d\n", i, n);
            peer_send(peers[i], line, 2); /* a line in two pieces, between those of others */
        }
        for (int i = 0; i < PEERS; i++) {
            snprintf(line, sizeof(line), "%d %d\n", i, n);
            peer_say(peers[i], line + 2);
        }
    }
    test_host_wait_records(host, PEERS * LINES);
    for (int i = 0; i < PEERS; i++) {
        peer_say(peers[i], "bye");
        close(peers[i]);
    }
    test_host_wait_records(host, PEERS * LINES + PEERS);
    assert_int_equal(test_host_end(host), WEIR_OK);
    for (size_t r = 0; r < PEERS * LINES; r++) {
        int i, n;
        assert_int_equal(sscanf(test_host_record(host, r)->value, "%d %d", &i, &n), 2);
        assert_int_equal(n, next[i]++);
    }
    for (size_t r = PEERS * LINES; r < PEERS * LINES + PEERS; r++) {
        assert_string_equal(test_host_record(host, r)->value, "bye");
    }
    assert_int_equal(test_host_metric(host, "connections"), PEERS);
    test_host_destroy(host);
}

static void a_server_that_is_full_lets_peers_wait(void **state)
{
    struct test_host *host = server_at("127.0.0.1");

    (void)state;
    test_host_number(host, "max_connections", 2);
    test_host_start(host);
    int port = port_of_log(test_host_wait_log(host, "listening at 127.0.0.1:"));
    int first = peer_connect(port), second = peer_connect(port), third = peer_connect(port);
    peer_say(third, "third\n");
    peer_say(first, "first\n");
    peer_say(second, "second\n");
    test_host_wait_records(host, 2);
    assert_int_equal(test_host_metric(host, "connections"), 2);
    close(first);
    test_host_wait_records(host, 3);
    assert_int_equal(test_host_metric(host, "connections"), 3);
    test_host_end(host);
    assert_string_equal(test_host_record(host, 2)->value, "third");
    test_host_destroy(host);
    close(second);
    close(third);
}

static void a_peer_that_breaks_off_does_not_disturb_the_others(void **state)
{
    struct test_host *host = server_at("localhost");
    struct linger hard = {.l_onoff = 1};

    (void)state;
    test_host_start(host);
    int port = port_of_log(test_host_wait_log(host, "listening at localhost:"));
    int first = peer_connect(port), second = peer_connect(port);
    peer_say(first, "first\nhal");
    peer_say(second, "second\n");
    test_host_wait_records(host, 2);
    assert_int_equal(setsockopt(first, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    close(first);
    test_host_wait_log(host, "Connection reset by peer");
    peer_say(second, "more\n");
    test_host_wait_records(host, 3);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_string_equal(test_host_record(host, 2)->value, "more");
    test_host_destroy(host);
    close(second);
}

static void a_server_stops_while_its_peers_flood_it(void **state)
{
    struct test_host *host = server_at("127.0.0.1");

    (void)state;
    test_host_set_full(host, true);
    test_host_start(host);
    int port = port_of_log(test_host_wait_log(host, "listening at 127.0.0.1:"));
    int peer = peer_connect(port);
    peer_say(peer, "one\ntwo\n");
    test_host_wait_refusals(host, 2);
    assert_int_equal(test_host_end(host), WEIR_OK);
    assert_int_equal(test_host_records_count(host), 0);
    test_host_destroy(host);
    close(peer);
}

static void a_port_that_is_taken_is_named(void **state)
{
    int port, listener = peer_listen(&port);
    struct test_host *host = server_at("127.0.0.1");
    char story[128];

    (void)state;
    test_host_number(host, "port", port);
    test_host_start(host);
    assert_int_equal(test_host_wait_return(host), WEIR_E_IO);
    snprintf(story, sizeof(story), "listen at 127.0.0.1:%d: Address already in use", port);
    assert_string_equal(test_host_story(host), story);
    test_host_destroy(host);
    close(listener);
}

static void options_that_do_not_fit_are_refused(void **state)
{
    struct test_host *host = test_host_create("socket");
    weir_error error;

    (void)state;
    test_host_number(host, "port", 0);
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "port: "));
    test_host_text(host, "mode", "listen");
    assert_int_equal(test_host_check(host, &error), WEIR_OK);
    test_host_text(host, "host", "");
    assert_int_equal(test_host_check(host, &error), WEIR_E_CONFIG);
    assert_non_null(strstr(error.msg, "host: "));
    test_host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_takes_lines_of_many_peers_each_in_its_order),
        cmocka_unit_test(a_server_that_is_full_lets_peers_wait),
        cmocka_unit_test(a_peer_that_breaks_off_does_not_disturb_the_others),
        cmocka_unit_test(a_server_stops_while_its_peers_flood_it),
        cmocka_unit_test(a_port_that_is_taken_is_named),
        cmocka_unit_test(options_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
