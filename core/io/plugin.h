/*
 * plugin - finds, checks and opens modules.
 *
 * A job names a receiver by its type; the file is DIR/TYPE.so in one of the search folders, and
 * must list a receiver of that name. What is not a plugin, speaks another major of the ABI, or
 * could be written by others than its owner, is refused with a message that says so. Modules are
 * never closed (threads and thread-local destructors may outlive their instances).
 *
 * Threads:  one lock over opening, so that a plugin's global initialisation never overlaps with
 *           another's.
 */
#ifndef WEIR_IO_PLUGIN_H
#define WEIR_IO_PLUGIN_H

#include "base/error.h"

/* What an opened module brings. The tables are copies of the module's, of this ABI's size: what an
 * older module does not have is zero. */
struct plugin {
    const char *path; /* absolute */
    const char *name;
    const char *version;
    const char *license;
    uint32_t abi_version;
    uint32_t receivers_count;
    const weir_receiver *receivers;
};

struct plugin_folders; /* where to look, in order */

CHECKED weir_status plugin_folders_create(struct plugin_folders **out, weir_error *error);

/* Later folders are looked at after earlier ones. A missing folder is no error. */
CHECKED weir_status plugin_folders_add(struct plugin_folders *folders, const char *path,
                                       weir_error *error);

/* What is looked at after all that a user named: the folders of $WEIR_PLUGIN_PATH (not in a program
 * with raised rights), $XDG_DATA_HOME/weir/plugins or ~/.local/share/weir/plugins, and the folder
 * of the plugins that came with this weir. */
CHECKED weir_status plugin_folders_add_defaults(struct plugin_folders *folders, weir_error *error);

/* Opens TYPE.so from the first folder that has it; one module is opened once. WEIR_E_CONFIG tells
 * what is wrong, and where was looked. */
CHECKED weir_status plugin_open(const struct plugin_folders *folders, const char *type,
                                const struct plugin **out, weir_error *error);

/* Opens one file. */
CHECKED weir_status plugin_open_file(const char *path, const struct plugin **out,
                                     weir_error *error);

/* The receiver of that name; NULL when the module brings none. */
const weir_receiver *plugin_receiver(const struct plugin *plugin, const char *name);

/* Taken around a plugin's create, which may initialise its libraries, as around opening. */
void plugin_lock(void);
void plugin_unlock(void);

/* Calls visit for each *.so in the folders: types for lists and suggestions. */
void plugin_folders_each(const struct plugin_folders *folders,
                         void (*visit)(const char *type, const char *path, void *owner),
                         void *owner);

void plugin_folders_destroy(struct plugin_folders *folders);

#endif
