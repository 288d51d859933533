#include "base/splice.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct splice *
splice_new(const struct str *pieces, size_t count, struct str own)
{
	size_t head = sizeof(struct splice) + count * sizeof(struct str), used = 0;
	struct splice *s = mem_alloc(head + own.n);
	char *memory = (char *)s + head;

	if (own.n)
		memcpy(memory, own.p, own.n);
	s->n = 0;
	s->count = count;
	s->own = own.n;
	for (size_t i = 0; i < count; i++) {
		s->piece[i] = pieces[i];
		s->n += pieces[i].n;
		if (pieces[i].p)
			continue;
		s->piece[i].p = memory + used;
		used += pieces[i].n;
	}
	assert(used == own.n);
	return s;
}

struct splice *
splice_copy(struct str bytes)
{
	return splice_new(&(struct str){ .n = bytes.n }, 1, bytes);
}

struct splice *
splice_behind(struct str front, const struct splice *s)
{
	const char *memory = (const char *)&s->piece[s->count];
	struct str *pieces = mem_alloc((s->count + 1) * sizeof *pieces);
	char *own = mem_alloc(front.n + s->own + 1);
	struct splice *copy;

	if (front.n)
		memcpy(own, front.p, front.n);
	if (s->own)
		memcpy(own + front.n, memory, s->own);
	pieces[0] = (struct str){ .n = front.n };
	for (size_t i = 0; i < s->count; i++) {
		bool ours = s->piece[i].p >= memory && s->piece[i].p <= memory + s->own;

		pieces[i + 1] =
			(struct str){ .p = ours ? NULL : s->piece[i].p, .n = s->piece[i].n };
	}
	copy = splice_new(pieces, s->count + 1, (struct str){ .p = own, .n = front.n + s->own });
	free(own);
	free(pieces);
	return copy;
}

void
splice_free(struct splice *s)
{
	free(s);
}

void
splice_add_to(const struct splice *s, struct buf *b)
{
	for (size_t i = 0; i < s->count; i++)
		buf_add(b, s->piece[i]);
}
