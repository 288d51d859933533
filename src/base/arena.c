#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

enum { BLOCK = 16 * 1024 };

struct arena_block {
	struct arena_block *older;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

void
mem_out(void)
{
	static const char words[] = "morningpost: out of memory\n";

	/* No stdio and no atexit: both may want memory. */
	if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
		_exit(ERR_INTERNAL);
	_exit(ERR_INTERNAL);
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_out();
	return p;
}

void *
mem_grow(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		mem_out();
	return p;
}

void *
mem_zeroed(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		mem_out();
	return p;
}

char *
mem_copy(const char *z)
{
	size_t size = strlen(z) + 1;

	return memcpy(mem_alloc(size), z, size);
}

static size_t
round_up(size_t n)
{
	size_t to = alignof(max_align_t);

	assert(n <= SIZE_MAX - to);
	return (n + to - 1) / to * to;
}

static void
add_block(struct arena *a, size_t room)
{
	size_t size = room > BLOCK ? room : BLOCK;
	struct arena_block *b;

	assert(size <= SIZE_MAX - sizeof *b);
	b = mem_alloc(sizeof *b + size);
	b->older = a->newest;
	b->used = 0;
	b->size = size;
	a->newest = b;
}

/* As it comes from malloc, for what is written over at once. */
static void *
take(struct arena *a, size_t size)
{
	size_t room = round_up(size ? size : 1);
	void *p;

	if (!a->newest || a->newest->size - a->newest->used < room)
		add_block(a, room);
	p = a->newest->bytes + a->newest->used;
	a->newest->used += room;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	assert(size == 0 || count <= SIZE_MAX / size);
	return arena_alloc(a, count * size);
}

void *
arena_grow(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
	void *grown;

	if (n < *room)
		return list;
	*room = *room ? *room * 2 : 16;
	grown = arena_array(a, *room, size);
	if (n)
		memcpy(grown, list, n * size);
	return grown;
}

struct str
arena_str(struct arena *a, struct str s)
{
	return (struct str){ .p = arena_strz(a, s), .n = s.n };
}

char *
arena_strz(struct arena *a, struct str s)
{
	char *p = take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	char usual[256], *p; /* printing twice is for what is longer */
	size_t size;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(usual, sizeof usual, format, ap);
	assert(n >= 0);
	size = (size_t)n + 1;
	p = take(a, size);
	if (size <= sizeof usual)
		memcpy(p, usual, size);
	else
		vsnprintf(p, size, format, again);
	va_end(again);
	va_end(ap);
	return p;
}

/* Behind the newest block, which still has room. */
void
arena_join(struct arena *to, struct arena *from)
{
	struct arena_block **end = to->newest ? &to->newest->older : &to->newest;
	struct arena_block *older = *end;

	*end = from->newest;
	while (*end)
		end = &(*end)->older;
	*end = older;
	from->newest = NULL;
}

void
arena_free(struct arena *a)
{
	while (a->newest) {
		struct arena_block *b = a->newest;

		a->newest = b->older;
		free(b);
	}
}
