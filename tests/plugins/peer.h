/*
 * peer - the other end of a socket receiver, on the loopback. What fails, fails the test.
 */
#ifndef PEER_H
#define PEER_H

#include <netinet/in.h>
#include <stddef.h>

struct sockaddr_in peer_address(int port);

/* Listens at a port of the system's choice. */
int peer_listen(int *port);
int peer_accept(int listener);
int peer_connect(int port);
void peer_send(int fd, const char *text, size_t length);
void peer_say(int fd, const char *text);

#endif
