#include "web/shelf.h"

#include <stdlib.h>

#include "base/gzip.h"
#include "base/hash.h"
#include "base/sign.h"

enum { SLOTS = 256, ROOM = 32 << 20, DOCUMENT = 32 << 20, TAG = 16 };

/* Below this much squeezing does not pay. */
enum { SQUEEZE_FROM = 512 };

/* A path has one place, and whoever is there already makes room. */
struct slot {
	struct arena a;
	struct str path;
	struct shelved what;
	size_t size;
};

struct shelf {
	struct slot slots[SLOTS];
	size_t size;
};

struct shelf *
shelf_new(void)
{
	return mem_zeroed(1, sizeof(struct shelf));
}

static void
empty(struct shelf *s, struct slot *slot)
{
	s->size -= slot->size;
	arena_free(&slot->a);
	*slot = (struct slot){ 0 };
}

void
shelf_clear(struct shelf *s)
{
	for (size_t i = 0; i < SLOTS; i++)
		empty(s, &s->slots[i]);
}

void
shelf_free(struct shelf *s)
{
	if (s)
		shelf_clear(s);
	free(s);
}

static size_t
place_of(struct str path)
{
	return (size_t)(hash_add(HASH_SEED, path) % SLOTS);
}

const struct shelved *
shelf_find(const struct shelf *s, struct str path)
{
	const struct slot *slot = &s->slots[place_of(path)];

	return slot->path.n && str_eq(slot->path, path) ? &slot->what : NULL;
}

static const char *
tag_of(struct str body, struct arena *a)
{
	uint8_t hash[TAG];
	const char *tag;
	struct buf b;

	buf_init(&b, 64);
	sign_hash(body, hash, sizeof hash);
	sign_base64url((struct str){ (const char *)hash, sizeof hash }, &b);
	tag = arena_printf(a, "W/\"%s\"", buf_z(&b));
	buf_free(&b);
	return tag;
}

/* Pictures are packed already, but for those that are text. */
static struct str
squeeze(const struct document *d, struct arena *a)
{
	struct str type = str_of(d->type);
	struct buf b;

	if (d->body.n < SQUEEZE_FROM ||
		(str_starts(type, STR("image/")) && !str_eqz(type, "image/svg+xml")))
		return (struct str){ 0 };
	buf_init(&b, DOCUMENT);
	gzip_pack(d->body, &b);
	return buf_keep(&b, a);
}

const struct shelved *
shelf_put(struct shelf *s, struct str path, const struct document *d)
{
	struct slot *slot = &s->slots[place_of(path)];

	empty(s, slot);
	if (s->size + 2 * d->body.n > ROOM)
		shelf_clear(s);
	slot->path = arena_str(&slot->a, path);
	slot->what.document = *d;
	slot->what.document.body = arena_str(&slot->a, d->body);
	slot->what.tag = tag_of(d->body, &slot->a);
	slot->what.squeezed = squeeze(d, &slot->a);
	slot->size = slot->what.document.body.n + slot->what.squeezed.n;
	s->size += slot->size;
	return &slot->what;
}
