/*
 * feeder - serves the lines of real text over TCP at a steady rate.
 *
 *     feeder [--listen HOST:PORT] [--rate LINES_PER_SECOND] [--once] [FOLDER]
 *
 * Every client gets the files of FOLDER in the order of their names, over and over, or once. Slow
 * ones get what they can take and hold up nobody. SIGINT and SIGTERM end it with exit code 0.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX      64u
#define TICKS_PER_SECOND 20
#define TICK_NS          (INT64_C(1000000000) / TICKS_PER_SECOND)
#define RATE_MAX         100000000u
#define TEXT_BYTES_MAX   ((size_t)1 << 30)

struct text {
    char *bytes;
    size_t size;
};

struct client {
    int fd;
    size_t position;     /* in the text, of the next byte to send */
    uint64_t lines_owed; /* ends of lines still to be sent */
};

struct feeder {
    struct text text;
    uint32_t rate;
    bool once;
    int listen_fd;
    struct client clients[CLIENTS_MAX];
    uint32_t clients_count;
};

static volatile sig_atomic_t stop_asked;

static void stop_ask(int number)
{
    (void)number;
    stop_asked = 1;
}

/* Says what failed with what; returns false, for the caller to return. */
static bool complain(const char *action, const char *name, const char *why)
{
    fprintf(stderr, "feeder: %s %s: %s\n", action, name, why);
    return false;
}

/* Appends a file, with a line end where the last one is missing. */
static bool text_append(struct text *text, const char *name, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    char *bytes = NULL;
    ssize_t got = 1;

    if (fd < 0) {
        return complain("open", name, strerror(errno));
    }
    if (size <= TEXT_BYTES_MAX - text->size) {
        bytes = realloc(text->bytes, text->size + size + 1);
    }
    if (bytes == NULL) {
        close(fd);
        return complain("read", name, "no memory for it, or more than 1 GiB of text");
    }
    text->bytes = bytes;
    for (size_t end = text->size + size; text->size < end && got > 0;) {
        got = read(fd, text->bytes + text->size, end - text->size);
        text->size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    if (got < 0) {
        return complain("read", name, strerror(errno));
    }
    if (text->size > 0 && text->bytes[text->size - 1] != '\n') {
        text->bytes[text->size++] = '\n';
    }
    return true;
}

/* Links are followed; a file that has several names so comes once, under the first of them. */
static bool text_load(struct text *text, const char *folder)
{
    struct dirent **entries = NULL;
    int count = chdir(folder) == 0 ? scandir(".", &entries, NULL, alphasort) : -1;
    struct stat *seen = count > 0 ? calloc((size_t)count, sizeof(*seen)) : NULL;
    int seen_count = 0;
    bool good = seen != NULL || complain("open folder", folder, strerror(errno));

    for (int i = 0; i < count && good; i++) {
        struct stat *status = &seen[seen_count];
        bool known = false;
        if (stat(entries[i]->d_name, status) != 0 || !S_ISREG(status->st_mode)) {
            continue; /* a folder, or a link to nothing */
        }
        for (int j = 0; j < seen_count && !known; j++) {
            known = seen[j].st_ino == status->st_ino && seen[j].st_dev == status->st_dev;
        }
        if (!known) {
            seen_count++;
            good = text_append(text, entries[i]->d_name, (size_t)status->st_size);
        }
    }
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    free(seen);
    return good && (text->size > 0 || complain("open folder", folder, "no text in it"));
}

static bool feeder_listen(struct feeder *feeder, const char *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t name_size = sizeof(name);
    unsigned port = 65536;
    char host[16];
    char rest;
    const int on = 1;

    if (sscanf(address, "%15[0-9.]:%5u%c", host, &port, &rest) != 2 || port > 65535 ||
        inet_pton(AF_INET, host, &name.sin_addr) != 1) {
        return complain("listen on", address, "not of the form 127.0.0.1:9999");
    }
    name.sin_port = htons((uint16_t)port);
    feeder->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (feeder->listen_fd < 0 ||
        setsockopt(feeder->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(feeder->listen_fd, (struct sockaddr *)&name, sizeof(name)) != 0 ||
        listen(feeder->listen_fd, 16) != 0 ||
        getsockname(feeder->listen_fd, (struct sockaddr *)&name, &name_size) != 0) {
        return complain("listen on", address, strerror(errno));
    }
    printf("listening on %s:%u\n", host, (unsigned)ntohs(name.sin_port));
    fflush(stdout);
    return true;
}

static void client_accept(struct feeder *feeder)
{
    int fd = accept4(feeder->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0 && feeder->clients_count == CLIENTS_MAX) {
        complain("accept", "a client", "there are too many already");
        close(fd);
    } else if (fd >= 0) {
        feeder->clients[feeder->clients_count++] = (struct client){.fd = fd};
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        complain("accept", "a client", strerror(errno));
    }
}

/* Sends what is owed and fits. Returns false when the client is done with, or gone. */
static bool client_send(const struct feeder *feeder, struct client *client)
{
    const struct text *text = &feeder->text;

    while (client->lines_owed > 0) {
        const char *from = text->bytes + client->position;
        const char *end = from;

        for (uint64_t i = 0; i < client->lines_owed && end < text->bytes + text->size; i++) {
            end = (const char *)memchr(end, '\n', (size_t)(text->bytes + text->size - end)) + 1;
        }
        ssize_t sent = send(client->fd, from, (size_t)(end - from), MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        for (ssize_t i = 0; i < sent; i++) {
            client->lines_owed -= from[i] == '\n';
        }
        client->position = (client->position + (size_t)sent) % text->size;
        if (feeder->once && client->position == 0) {
            return false;
        }
    }
    return true;
}

static void clients_send(struct feeder *feeder, uint64_t lines)
{
    for (uint32_t i = 0; i < feeder->clients_count;) {
        struct client *client = &feeder->clients[i];
        if (client->lines_owed <= feeder->rate) { /* a slow one is owed no more than a second's */
            client->lines_owed += lines;
        }
        if (client_send(feeder, client)) {
            i++;
        } else {
            close(client->fd);
            *client = feeder->clients[--feeder->clients_count];
        }
    }
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Until a signal. When a tick is and how many lines it brings follow from its number, so that
 * neither drifts; signals are let in only within ppoll, so that none is missed. */
static bool feeder_serve(struct feeder *feeder, const sigset_t *open_signals)
{
    const int64_t start_ns = now_ns();
    uint64_t ticks = 0;

    while (stop_asked == 0) {
        struct pollfd listener = {.fd = feeder->listen_fd, .events = POLLIN};
        int64_t tick_ns = start_ns + ((int64_t)ticks + 1) * TICK_NS;
        int64_t wait_ns = tick_ns - now_ns();
        struct timespec wait = {.tv_nsec = wait_ns > 0 ? wait_ns : 0};
        int ready = ppoll(&listener, 1, &wait, open_signals);

        if (ready < 0 && errno != EINTR) {
            return complain("wait for", "clients", strerror(errno));
        }
        if (ready > 0) {
            client_accept(feeder);
        }
        if (now_ns() >= tick_ns) {
            uint64_t lines_before = ticks * feeder->rate / TICKS_PER_SECOND;
            ticks++;
            clients_send(feeder, ticks * feeder->rate / TICKS_PER_SECOND - lines_before);
        }
    }
    return true;
}

static const char usage[] =
    "usage: feeder [--listen 127.0.0.1:9999] [--rate 2000] [--once] [FOLDER]\n"
    "Serves the lines of FOLDER's files (/usr/share/common-licenses) to all who connect, over and\n"
    "over or --once, at --rate lines a second. Port 0 takes a free one and prints it.\n";

int main(int argument_count, char **arguments)
{
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
                                            {"rate", required_argument, NULL, 'r'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct feeder feeder = {.rate = 2000, .listen_fd = -1};
    const struct sigaction stop = {.sa_handler = stop_ask};
    const char *address = "127.0.0.1:9999";
    sigset_t blocked;
    sigset_t before;
    int option;

    while ((option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
        char *end = NULL;
        unsigned long rate = option == 'r' ? strtoul(optarg, &end, 10) : 1;

        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == '?' || (end != NULL && *end != '\0') || rate < 1 || rate > RATE_MAX) {
            fputs(usage, stderr);
            return 64;
        }
        address = option == 'l' ? optarg : address;
        feeder.rate = option == 'r' ? (uint32_t)rate : feeder.rate;
        feeder.once = feeder.once || option == 'o';
    }
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigfillset(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &before);

    const char *folder = optind < argument_count ? arguments[optind] : "/usr/share/common-licenses";
    bool good = text_load(&feeder.text, folder) && feeder_listen(&feeder, address) &&
                feeder_serve(&feeder, &before);

    free(feeder.text.bytes); /* sockets close with the process */
    return good ? 0 : 1;
}
