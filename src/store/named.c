#include "store/named.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct named_entry {
	uint64_t hash;
	struct str name;
	void *value;
};

static struct named_entry *
place(const struct named *t, uint64_t hash, struct str name)
{
	size_t i = hash & (t->room - 1);

	while (t->at[i].value && (t->at[i].hash != hash || !str_eq(t->at[i].name, name)))
		i = (i + 1) & (t->room - 1);
	return &t->at[i];
}

static void
grow(struct named *t)
{
	struct named larger = { .room = t->room ? t->room * 2 : 64, .count = t->count };

	larger.at = mem_alloc(larger.room * sizeof *larger.at);
	memset(larger.at, 0, larger.room * sizeof *larger.at);
	for (size_t i = 0; i < t->room; i++)
		if (t->at[i].value)
			*place(&larger, t->at[i].hash, t->at[i].name) = t->at[i];
	free(t->at);
	*t = larger;
}

void *
named_get(struct named *t, struct str name, size_t size, struct arena *a)
{
	uint64_t hash = hash_add(HASH_SEED, name);
	struct named_entry *e;

	if (t->count * 2 >= t->room)
		grow(t);
	e = place(t, hash, name);
	if (!e->value) {
		*e = (struct named_entry){ hash, arena_str(a, name), arena_array(a, 1, size) };
		t->count++;
	}
	assert(e->value);
	return e->value;
}

size_t
named_ranked(const struct named *t, size_t size, size_t most,
	int (*order)(const void *, const void *), struct arena *a, void *out)
{
	char *all = arena_array(a, t->count + 1, size);
	size_t n = 0;

	for (size_t i = 0; i < t->room; i++)
		if (t->at[i].value)
			memcpy(all + size * n++, t->at[i].value, size);
	qsort(all, n, size, order);
	memcpy(out, &all, sizeof all);
	return n < most ? n : most;
}

void
named_free(struct named *t)
{
	free(t->at);
	*t = (struct named){ 0 };
}
