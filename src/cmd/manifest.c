#include "cmd/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

enum { CEILING = 16 << 20, HASH = SIGN_HEX - 1 };

/* -- paths ------------------------------------------------------------------------------------ */

static bool
is_name(struct str s)
{
	static const struct str letters = STR_INIT("abcdefghijklmnopqrstuvwxyz0123456789-.");
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (str_find(letters, s.p[i]) < 0)
			return false;
		dots += s.p[i] == '.';
	}
	return s.n > 0 && s.n <= 80 && dots <= 1 && s.p[0] != '.';
}

bool
manifest_path_ok(struct str path)
{
	struct str part, rest = path;

	while (str_split(&rest, '/', &part))
		if (!is_name(part))
			return false;
	return path.n > 0 && !str_ends(path, STR("/"));
}

/* -- the list --------------------------------------------------------------------------------- */

void
manifest_add(struct manifest *m, const char *path, const char hash[static SIGN_HEX])
{
	struct manifest_entry *entry;

	if (m->count == m->room)
		m->entries =
			arena_grow(m->arena, m->entries, m->count, &m->room, sizeof *m->entries);
	entry = &m->entries[m->count++];
	entry->path = arena_strz(m->arena, str_of(path));
	memcpy(entry->hash, hash, SIGN_HEX);
}

static int
by_path(const void *a, const void *b)
{
	const struct manifest_entry *one = a, *other = b;

	return strcmp(one->path, other->path);
}

void
manifest_sort(struct manifest *m)
{
	if (m->count)
		qsort(m->entries, m->count, sizeof *m->entries, by_path);
}

bool
manifest_has(const struct manifest *m, const char *path)
{
	const struct manifest_entry wanted = { .path = path };

	return m->count && bsearch(&wanted, m->entries, m->count, sizeof wanted, by_path);
}

/* -- as text ---------------------------------------------------------------------------------- */

static bool
take_line(struct str line, struct manifest *m)
{
	struct str hash = str_sub(line, 0, HASH), path = str_from(line, HASH + 2);
	char z[SIGN_HEX] = { 0 };

	for (size_t i = 0; i < hash.n; i++)
		if (str_hex_digit(hash.p[i]) < 0)
			return false;
	if (hash.n < HASH || !str_eqz(str_sub(line, HASH, 2), "  ") || !manifest_path_ok(path))
		return false;
	memcpy(z, hash.p, HASH);
	manifest_add(m, arena_strz(m->arena, path), z);
	return true;
}

int
manifest_parse(struct str text, struct manifest *out, struct err *e)
{
	struct str line;

	for (int number = 1; str_line(&text, &line); number++)
		if (!take_line(line, out)) {
			out->count = 0;
			return err_set(e, ERR_DATA, MANIFEST ":%d: no line of ours", number);
		}
	manifest_sort(out);
	return 0;
}

int
manifest_read(int dir, struct manifest *out, struct err *e)
{
	struct str text;

	if (file_read(dir, MANIFEST, CEILING, out->arena, &text, e) == 0)
		return manifest_parse(text, out, e);
	if (e->code != ERR_NOINPUT)
		return -1;
	*e = (struct err){ 0 };
	return 0;
}

int
manifest_write(int dir, const struct manifest *m, struct err *e)
{
	struct err unheard = { 0 };
	struct str old;
	struct buf b;
	int status = 0;

	buf_init(&b, CEILING);
	for (size_t i = 0; i < m->count; i++)
		buf_printf(&b, "%s  %s\n", m->entries[i].hash, m->entries[i].path);
	if (file_read(dir, MANIFEST, CEILING, m->arena, &old, &unheard) < 0 ||
		!str_eq(old, buf_str(&b)))
		status = file_write(dir, MANIFEST, buf_str(&b), 0644, e);
	buf_free(&b);
	return status;
}
