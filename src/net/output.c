#include "net/output.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

enum { LINES = 1 << 26, COMPACT = 1 << 15 };

/* A body, or a run of lines. */
struct output_part {
	struct splice *body;
	size_t n; /* bytes of the lines */
};

void
output_init(struct output *o)
{
	*o = (struct output){ 0 };
	buf_init(&o->lines, LINES);
}

void
output_clear(struct output *o)
{
	for (; o->count; o->count--, o->head = (o->head + 1) % o->room)
		splice_free(o->parts[o->head].body);
	buf_clear(&o->lines);
	o->line_start = o->piece = o->offset = 0;
	o->made = o->written;
}

void
output_free(struct output *o)
{
	output_clear(o);
	buf_free(&o->lines);
	free(o->parts);
	o->parts = NULL;
	o->room = 0;
}

static struct output_part *
add_part(struct output *o)
{
	if (o->count == o->room) {
		size_t room = o->room ? o->room * 2 : 16;
		struct output_part *ring = mem_alloc(room * sizeof *ring);

		for (size_t i = 0; i < o->count; i++)
			ring[i] = o->parts[(o->head + i) % o->room];
		free(o->parts);
		o->parts = ring;
		o->room = room;
		o->head = 0;
	}
	return &o->parts[(o->head + o->count++) % o->room];
}

void
output_line(struct output *o, struct str bytes)
{
	struct output_part *last = o->count ? &o->parts[(o->head + o->count - 1) % o->room] : NULL;

	if (!last || last->body) {
		last = add_part(o);
		*last = (struct output_part){ 0 };
	}
	/* Where there is always something to write the lines would never end. */
	if (o->line_start > COMPACT) {
		buf_drop(&o->lines, o->line_start);
		o->line_start = 0;
	}
	buf_add(&o->lines, bytes);
	last->n += bytes.n;
	o->made += bytes.n;
}

void
output_linez(struct output *o, const char *z)
{
	output_line(o, str_of(z));
}

void
output_body(struct output *o, struct splice *body)
{
	*add_part(o) = (struct output_part){ .body = body };
	o->made += body->n;
}

uint64_t
output_left(const struct output *o)
{
	return o->made - o->written;
}

size_t
output_gather(const struct output *o, struct str *pieces, size_t most)
{
	size_t n = 0, line = o->line_start;

	for (size_t i = 0; i < o->count && n < most; i++) {
		const struct output_part *part = &o->parts[(o->head + i) % o->room];
		size_t piece = i == 0 ? o->piece : 0, offset = i == 0 ? o->offset : 0;

		if (!part->body) {
			pieces[n++] = str_sub(buf_str(&o->lines), line, part->n - offset);
			line += part->n - offset;
			continue;
		}
		for (; piece < part->body->count && n < most; piece++, offset = 0)
			if (part->body->piece[piece].n > offset)
				pieces[n++] = str_from(part->body->piece[piece], offset);
	}
	return n;
}

static void
drop_first(struct output *o)
{
	splice_free(o->parts[o->head].body);
	o->head = (o->head + 1) % o->room;
	o->count--;
	o->piece = o->offset = 0;
	if (o->count == 0) {
		buf_clear(&o->lines);
		o->line_start = 0;
	}
}

/* Take at most n bytes from the first part; how many that were. */
static size_t
take_first(struct output *o, size_t n)
{
	const struct output_part *part = &o->parts[o->head];
	size_t size = part->body ? part->body->piece[o->piece].n : part->n, got = size - o->offset;

	if (got > n)
		got = n;
	o->offset += got;
	if (!part->body)
		o->line_start += got;
	if (o->offset < size)
		return got;
	o->offset = 0;
	if (!part->body || ++o->piece == part->body->count)
		drop_first(o);
	return got;
}

void
output_took(struct output *o, size_t n)
{
	assert(n <= output_left(o));
	o->written += n;
	/* Pieces of no bytes behind the last one go with it. */
	while (n || (o->count && o->parts[o->head].body &&
			    o->parts[o->head].body->piece[o->piece].n == 0))
		n -= take_first(o, n);
}
