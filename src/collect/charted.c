#include "collect/charted.h"

#include <stdlib.h>
#include <string.h>

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : (unsigned char)c;
}

static int
by_name(const void *x, const void *y)
{
	const struct str *a = x, *b = y;

	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (lower(a->p[i]) != lower(b->p[i]))
			return lower(a->p[i]) - lower(b->p[i]);
	return (a->n > b->n) - (a->n < b->n);
}

static void
push(struct charted *c, struct str name, struct arena *a)
{
	c->names = arena_grow(a, c->names, c->count, &c->room, sizeof *c->names);
	c->names[c->count++] = name;
}

/* Behind blanks, the one character; false when something else stands there. */
static bool
take(struct str *s, char c)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\n' || s->p[0] == '\t' || s->p[0] == '\r'))
		*s = str_from(*s, 1);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

void
charted_add(struct charted *c, struct str body, const char *key, struct arena *a)
{
	struct str quoted = str_of(arena_printf(a, "\"%s\"", key));
	ptrdiff_t at, end;

	while ((at = str_find_str(body, quoted)) >= 0) {
		body = str_from(body, (size_t)at + quoted.n);
		if (!take(&body, ':') || !take(&body, '"') || (end = str_find(body, '"')) < 0)
			continue;
		push(c, str_sub(body, 0, (size_t)end), a);
	}
}

void
charted_own(struct charted *c, struct arena *a)
{
	for (size_t i = 0; i < c->count; i++)
		c->names[i] = arena_str(a, c->names[i]);
}

void
charted_sort(struct charted *c)
{
	if (c->count)
		qsort(c->names, c->count, sizeof *c->names, by_name);
}

bool
charted_has(const struct charted *c, struct str name)
{
	return c->count && bsearch(&name, c->names, c->count, sizeof *c->names, by_name) != NULL;
}
