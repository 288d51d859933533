/* log.h: messages for people on standard error, one safe line each. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* What is shown: up to this level. -q sets LOG_WARN, -v LOG_DEBUG; LOG_INFO without either. */
void log_set_level(enum log_level level);

/*
 * One line on standard error, "morningpost: " in front. Whatever the text holds, what reaches the
 * terminal is printable UTF-8 of at most 1,000 bytes: see log_escape. Never pass a password or a
 * token.
 */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/* Is standard error a terminal on which a line can be written over, as a bar does? TERM=dumb is none. */
bool log_can_overwrite(void);

/*
 * Write s to out (of size bytes, always NUL-terminated) so that it is one harmless line: C0
 * controls, DEL, C1 controls (raw or as UTF-8), bidi controls, line separators and bytes that are
 * no UTF-8 become \xNN, byte by byte; what does not fit is cut, never within a character. Returns
 * the length written. Relay replies are stored in the database in this form.
 */
size_t log_escape(struct str s, char *out, size_t size);

/* The length of the well-formed UTF-8 character that s begins with (RFC 3629); 0 when there is
 * none. */
size_t log_character(struct str s);

#endif
