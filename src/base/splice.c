#include "base/splice.h"

#include <assert.h>
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
