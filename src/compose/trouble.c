#include "compose/trouble.h"

/* More are of no use to anybody. */
enum { MOST = 100 };

int
trouble_note(struct troubles *t, struct err *e)
{
	if (!t || e->code != ERR_DATA)
		return -1;
	if (t->n < MOST) {
		t->p = arena_grow(t->a, t->p, t->n, &t->room, sizeof *t->p);
		t->p[t->n++] = arena_printf(t->a, "%s", e->text);
	}
	*e = (struct err){ 0 };
	return 0;
}
