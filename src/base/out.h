/* out.h: a command's results on standard output, as text for people or as one JSON value, from the
 * same calls. */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

/*
 * In JSON mode every call below writes JSON. In text mode the fields of the outermost object come
 * out as "key  value" lines; what is nested is silent and out_line says it in the writer's own
 * words. Text is escaped by log_escape, JSON as RFC 8259 asks, with U+FFFD for what is no UTF-8.
 */
struct out {
	FILE *to;
	bool json;
	int depth;
	bool first[16]; /* at each depth: no member yet */
	bool array[16];
};

void out_init(struct out *o, FILE *to, bool json);

/* Begin and end; key is NULL inside an array and outermost. */
void out_object(struct out *o, const char *key);
void out_array(struct out *o, const char *key);
void out_end(struct out *o);

void out_str(struct out *o, const char *key, struct str v);
void out_strz(struct out *o, const char *key, const char *v); /* NULL is null, and silent in text */
void out_int(struct out *o, const char *key, int64_t v);
void out_real(struct out *o, const char *key, double v, int decimals);
void out_bool(struct out *o, const char *key, bool v);
void out_null(struct out *o, const char *key);
/* A moment (microseconds) as RFC 3339; 0 is null, and silent in text. */
void out_time(struct out *o, const char *key, int64_t when);

/* Text mode only: a line of its own, escaped. */
void out_line(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* End the JSON value with a newline and flush; a full disk or a closed pipe is ERR_IO. main calls
 * it. */
int out_finish(struct out *o, struct err *e);

#endif
