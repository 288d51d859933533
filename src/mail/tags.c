#include "mail/tags.h"

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			    (i && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
			return false;
	return true;
}

bool
tags_read(struct str text, struct tags *out)
{
	struct str piece;

	*out = (struct tags){ 0 };
	while (str_split(&text, ';', &piece)) {
		ptrdiff_t equals;
		struct tag tag;

		piece = str_trim(piece);
		if (piece.n == 0)
			continue;
		equals = str_find(piece, '=');
		if (equals < 0 || out->count == TAGS_MOST)
			return false;
		tag = (struct tag){ .name = str_trim(str_sub(piece, 0, (size_t)equals)),
			.value = str_trim(str_from(piece, (size_t)equals + 1)) };
		for (size_t i = 0; i < out->count; i++)
			if (str_eq(out->all[i].name, tag.name))
				return false;
		if (!is_name(tag.name) || !is_value(tag.value))
			return false;
		out->all[out->count++] = tag;
	}
	return out->count > 0;
}

const struct str *
tags_find(const struct tags *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_eqz(t->all[i].name, name))
			return &t->all[i].value;
	return NULL;
}

bool
tags_is(const struct tags *t, const char *name, const char *value)
{
	const struct str *found = tags_find(t, name);

	return found && str_ieq(*found, str_of(value));
}

bool
tags_has_version(struct str record, const char *version)
{
	struct str v = str_of(version);
	struct str rest = str_trim(str_from(record, v.n));

	return str_starts(record, v) && (rest.n == 0 || rest.p[0] == ';');
}
