#include "mail/fields.h"

#include "base/buf.h"

enum { NAME = 60, VALUE = 64 * 1024 };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A name of letters, digits and hyphens, as all in use are, and a colon right behind it. */
static size_t
name_length(struct str line)
{
	size_t n = 0;

	while (n < line.n && n <= NAME &&
		((line.p[n] >= 'a' && line.p[n] <= 'z') || (line.p[n] >= 'A' && line.p[n] <= 'Z') ||
			(line.p[n] >= '0' && line.p[n] <= '9') || line.p[n] == '-' ||
			line.p[n] == '_'))
		n++;
	return n && n < line.n && line.p[n] == ':' ? n : 0;
}

static bool
is_folded(struct str rest)
{
	struct str line;

	return rest.n && is_blank(rest.p[0]) && str_line(&rest, &line) && str_trim(line).n;
}

static struct str
unfold(struct str first, struct str *rest, struct arena *a)
{
	struct str line;
	struct buf b;

	if (!is_folded(*rest))
		return str_trim(first);
	buf_init(&b, VALUE);
	buf_add(&b, str_trim(first));
	while (is_folded(*rest) && str_line(rest, &line)) {
		if (b.n)
			buf_addc(&b, ' ');
		buf_add(&b, str_trim(line));
	}
	return buf_keep(&b, a);
}

enum field_line
fields_next(struct str *rest, struct arena *a, struct field *out)
{
	struct str line;
	size_t n;

	if (!str_line(rest, &line))
		return FIELD_END;
	if (str_trim(line).n == 0)
		return FIELD_BLANK;
	n = name_length(line);
	if (!n)
		return FIELD_ELSE;
	out->name = str_sub(line, 0, n);
	out->value = unfold(str_from(line, n + 1), rest, a);
	return FIELD_GOT;
}

struct str
fields_find(struct str header, const char *name, struct arena *a)
{
	enum field_line got;
	struct field f;

	while ((got = fields_next(&header, a, &f)) == FIELD_GOT || got == FIELD_ELSE)
		if (got == FIELD_GOT && str_ieq(f.name, str_of(name)))
			return f.value;
	return (struct str){ 0 };
}
