/*
 * sink_console - the first rows of each batch, on the terminal.
 *
 * Format:   "spark": what Spark's print writes. "table": columns under the batch's time of day;
 *           bytes that a terminal would obey are shown as "?".
 */
#ifndef WEIR_IO_SINK_CONSOLE_H
#define WEIR_IO_SINK_CONSOLE_H

#include "io/sink_types.h"

extern const struct sink_type sink_console_type;

#endif
