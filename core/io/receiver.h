/*
 * receiver - one receiver's life: an instance of a plugin on a thread of its own, restarted as its
 * failures ask for, delivering into a block maker. Makes a `struct source` of it.
 *
 *     CREATED -> STARTING -> RUNNING -> STOPPING -> (RESTARTING -> STARTING | ENDED | FAILED)
 *
 * Failure policy (io/restart.h): CONFIG and BUG end it until the job changes; AUTH is tried again
 * every 5 minutes; IO first at once, then after 0.1 s doubling to 30 s, with jitter. A run that
 * lasted resets the delay. Each step is a log line with the source's name, and the source's status.
 *
 * Threads:  all of create, start, run, stop, destroy of the plugin run on the instance thread; the
 *           host's data calls come from any.
 */
#ifndef WEIR_IO_RECEIVER_H
#define WEIR_IO_RECEIVER_H

#include "io/options.h"
#include "io/plugin.h"
#include "stream/source.h"

struct receiver_options {
    const char *source_name; /* copied */
    const struct plugin *plugin;
    const weir_receiver *receiver;
    struct options *options;  /* taken over on success */
    struct clock *clock;      /* borrowed: what now_ns answers */
    bool is_text;             /* values that are valid UTF-8 get the text mark */
    int64_t restart_first_ms; /* 0: the defaults of the policy */
    int64_t restart_max_ms;
    int64_t stop_timeout_ms; /* 0: 5 s; a plugin that does not stop by then is left behind */
};

/* Asks the plugin about rules across its options. WEIR_E_CONFIG, or what it answered, and why. No
 * instance is made, no thread started. */
CHECKED weir_status receiver_check(const weir_receiver *receiver, const struct options *options,
                                   weir_error *error);

/* Checks the options across, too. WEIR_E_NOTSUP: the plugin needs a process of its own. */
CHECKED weir_status receiver_create(const struct receiver_options *options, struct source *out,
                                    weir_error *error);

#endif
