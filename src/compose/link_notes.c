#include "compose/link_notes.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

static size_t
hash(struct str url)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < url.n; i++)
		h = (h ^ (unsigned char)url.p[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* What a slot says counts only if the note says the same: a new department clears nothing. */
static const struct link_note *
note_at(const struct link_notes *n, size_t slot)
{
	size_t at = n->slots[slot];

	return at && at <= n->count && n->list[at - 1].slot == slot ? &n->list[at - 1] : NULL;
}

/* Where the url is, or would be. */
static size_t
slot_of(const struct link_notes *n, struct str url)
{
	size_t slot = hash(url) & (n->slot_count - 1);
	const struct link_note *note;

	while ((note = note_at(n, slot)) && !str_eq(note->url, url))
		slot = (slot + 1) & (n->slot_count - 1);
	return slot;
}

static void
grow(struct link_notes *n)
{
	size_t count = n->count;

	n->room = n->room ? n->room * 2 : 16;
	n->list = mem_grow(n->list, n->room * sizeof *n->list);
	free(n->slots);
	n->slot_count = n->room * 2;
	n->slots = mem_zeroed(n->slot_count, sizeof *n->slots);
	for (n->count = 0; n->count < count; n->count++) {
		struct link_note *note = &n->list[n->count];

		note->slot = slot_of(n, note->url);
		n->slots[note->slot] = n->count + 1;
	}
}

int
link_notes_number(struct link_notes *n, struct str url)
{
	const struct link_note *known;
	size_t slot;

	if (n->count == n->room)
		grow(n);
	slot = slot_of(n, url);
	known = note_at(n, slot);
	if (known)
		return known->number;
	n->list[n->count++] = (struct link_note){ ++n->last, url, slot };
	n->slots[slot] = n->count;
	return n->last;
}

void
link_notes_write(struct link_notes *n, struct buf *out)
{
	if (n->count)
		buf_addc(out, '\n');
	for (size_t i = 0; i < n->count; i++)
		buf_printf(out, "[%d] %.*s\n", n->list[i].number, STR_ARG(n->list[i].url));
	n->count = 0;
}

void
link_notes_free(struct link_notes *n)
{
	free(n->list);
	free(n->slots);
}
