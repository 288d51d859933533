#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void
buf_init(struct buf *b, size_t ceiling)
{
	*b = (struct buf){ .ceiling = ceiling };
}

void
buf_free(struct buf *b)
{
	if (!b)
		return;
	free(b->p);
	*b = (struct buf){ .ceiling = b->ceiling };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

char *
buf_room(struct buf *b, size_t n)
{
	if (n > b->ceiling - b->n) {
		b->over = true;
		return NULL;
	}
	/* One more for buf_z's NUL, which the ceiling does not count. */
	if (b->n + n + 1 > b->room) {
		size_t room = b->room ? b->room : 64;

		while (room < b->n + n + 1)
			room *= 2;
		b->p = mem_grow(b->p, room);
		b->room = room;
	}
	return b->p + b->n;
}

void
buf_took(struct buf *b, size_t n)
{
	assert(n < b->room - b->n);
	b->n += n;
}

void
buf_add(struct buf *b, struct str s)
{
	char *to;

	if (s.n == 0)
		return;
	to = buf_room(b, s.n);
	if (!to)
		return;
	memcpy(to, s.p, s.n);
	b->n += s.n;
}

void
buf_addz(struct buf *b, const char *z)
{
	buf_add(b, str_of(z));
}

void
buf_addc(struct buf *b, char c)
{
	char *to = b->n + 1 < b->room && b->n < b->ceiling ? b->p + b->n : buf_room(b, 1);

	if (!to)
		return;
	*to = c;
	b->n++;
}

void
buf_fill(struct buf *b, char c, size_t times)
{
	char *to = buf_room(b, times);

	if (!to)
		return;
	memset(to, c, times);
	b->n += times;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	size_t spare = b->room - b->n;
	va_list ap, again;
	char *to;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	/* Most of what is printed is short, and there is room for it. */
	n = vsnprintf(spare ? b->p + b->n : NULL, spare, format, ap);
	assert(n >= 0);
	to = buf_room(b, (size_t)n);
	if (to && (size_t)n < spare) {
		b->n += (size_t)n;
	} else if (to) {
		vsnprintf(to, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n < b->n)
		b->n = n;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){ .p = b->p, .n = b->n };
}

const char *
buf_z(struct buf *b)
{
	if (!b->p && !buf_room(b, 0))
		return "";
	b->p[b->n] = '\0';
	return b->p;
}

struct str
buf_keep(struct buf *b, struct arena *a)
{
	struct str s = arena_str(a, buf_str(b));

	buf_free(b);
	return s;
}
