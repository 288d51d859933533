#include "settings/reader.h"

#include <assert.h>

#include "base/log.h"
#include "mail/address.h"
#include "settings/kind.h"

/* -- errors ----------------------------------------------------------------------------------- */

const char *
reader_found(const struct reader *r, const struct yaml *y)
{
	char safe[64];

	if (y->kind != YAML_SCALAR)
		return yaml_kind_name(y);
	log_escape(y->text, safe, sizeof safe);
	return arena_printf(r->a, "'%s'", safe);
}

int
reader_refuse(const struct reader *r, const struct yaml *y, const char *path, const char *wanted)
{
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s: %s is not %s", r->name, y->line, path,
		reader_found(r, y), wanted);
}

/* How many letters differ, for "did you mean". */
static size_t
distance(struct str a, struct str b)
{
	size_t row[64];

	if (a.n >= 64 || b.n >= 64)
		return 64;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t cost = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[b.n];
}

static int
unknown_key(const struct reader *r, const struct yaml *y, const char *path, const struct key *keys)
{
	const struct key *nearest = keys;
	const char *all = keys->name;
	char safe[64];

	for (const struct key *k = keys + 1; k->name; k++) {
		if (distance(y->key, str_of(k->name)) < distance(y->key, str_of(nearest->name)))
			nearest = k;
		all = arena_printf(r->a, "%s, %s", all, k->name);
	}
	log_escape(y->key, safe, sizeof safe);
	if (distance(y->key, str_of(nearest->name)) <= 2)
		return err_set(r->e, ERR_CONFIG, "%s:%d: %s%s: unknown key; did you mean '%s'?",
			r->name, y->key_line, path, safe, nearest->name);
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s%s: unknown key; allowed here: %s", r->name,
		y->key_line, path, safe, all);
}

/* -- values ----------------------------------------------------------------------------------- */

char *
reader_copy(const struct reader *r, struct str s)
{
	return arena_strz(r->a, s);
}

char *
reader_domain(const struct reader *r, struct str s)
{
	struct str probe = str_of(arena_printf(r->a, "x@%.*s", STR_ARG(s)));
	struct address address;
	const char *why;

	if (address_parse(probe, r->a, &address, &why) != ADDRESS_OK)
		return NULL;
	return reader_copy(r, address.domain);
}

static int
read_list(const struct reader *r, const struct yaml *y, const char *path, const struct key *k)
{
	size_t n = 0;

	if (y->kind != YAML_LIST)
		return reader_refuse(r, y, path, "a list");
	if (k->read)
		return k->read(r, y);
	for (const struct yaml *c = y->child; c; c = c->next)
		if (reader_map(r, c, arena_printf(r->a, "%s[%zu].", path, n++), k->members, NULL) <
			0)
			return -1;
	return 0;
}

static int
read_value(const struct reader *r, const struct yaml *y, const char *path, const struct key *k,
	char *base)
{
	void *to = k->to == NONE || !base ? NULL : base + k->to;

	if (kind_is_single(k->kind))
		return kind_read_single(r, y, path, k, base);
	if (k->kind == MAP)
		return reader_map(r, y, arena_printf(r->a, "%s.", path), k->members, to);
	if (k->kind == LIST)
		return read_list(r, y, path, k);
	if (k->kind == NAMES)
		return kind_read_names(r, y, path, to);
	if (k->kind == NETWORKS)
		return kind_read_networks(r, y, path, to);
	assert(k->kind == NAMED);
	return y->kind == YAML_MAP ? k->read(r, y)
				   : reader_refuse(r, y, path, "a map of domain names");
}

int
reader_map(const struct reader *r, const struct yaml *y, const char *prefix, const struct key *keys,
	void *base)
{
	if (y->kind == YAML_NULL)
		return 0;
	if (y->kind != YAML_MAP) {
		struct str path = str_of(prefix);

		return reader_refuse(r, y,
			arena_strz(r->a, str_sub(path, 0, path.n ? path.n - 1 : 0)),
			"a map of keys and values");
	}
	for (const struct yaml *c = y->child; c; c = c->next) {
		const struct key *k = keys;

		while (k->name && !str_eqz(c->key, k->name))
			k++;
		if (!k->name)
			return unknown_key(r, c, prefix, keys);
		if (c->kind == YAML_NULL)
			continue;
		if (read_value(r, c, arena_printf(r->a, "%s%s", prefix, k->name), k, base) < 0)
			return -1;
	}
	return 0;
}
