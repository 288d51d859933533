/* buf.h: bytes that grow, up to a ceiling chosen at birth. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

/*
 * Who inits it frees it. What would pass the ceiling is not added and `over` is set for good: add
 * all you have and ask once at the end.
 */
struct buf {
	char *p;
	size_t n;
	size_t room;
	size_t ceiling;
	bool over;
};

/* Empty, without memory of its own yet. */
void buf_init(struct buf *b, size_t ceiling);
void buf_free(struct buf *b);
/* Empty again with its memory kept; over is forgotten. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *z);
void buf_addc(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t times);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Make room for n more bytes and return where they go, or NULL past the ceiling; buf_took says how
 * many came. */
char *buf_room(struct buf *b, size_t n);
void buf_took(struct buf *b, size_t n);

/* Drop the first n bytes (all of them when there are fewer), or all behind the first n. */
void buf_drop(struct buf *b, size_t n);
void buf_cut(struct buf *b, size_t n);

/* The bytes as they stand; borrowed until the next change. */
struct str buf_str(const struct buf *b);

/* The same, NUL-terminated; the NUL is not counted in n. */
const char *buf_z(struct buf *b);

/* What was written is done with: a copy of it in the arena, and the buf freed. */
struct str buf_keep(struct buf *b, struct arena *a);

#endif
