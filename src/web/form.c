#include "web/form.h"

enum { BOUNDARY_LIMIT = 70, PART_LINES_LIMIT = 16 };

static enum form_verdict
add(struct form *f, struct str name, struct str value)
{
	if (f->count == FORM_FIELDS_LIMIT || name.n == 0 || str_find(name, '\0') >= 0)
		return FORM_BROKEN;
	f->fields[f->count++] = (struct form_field){ name, value };
	return FORM_OK;
}

/* -- application/x-www-form-urlencoded -------------------------------------------------------- */

static bool
decode(struct str s, struct arena *a, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		p[n] = s.p[i] == '+' ? ' ' : s.p[i];
		if (s.p[i] == '%') {
			if (s.n - i < 3)
				return false;
			high = str_hex_digit(s.p[i + 1]);
			low = str_hex_digit(s.p[i + 2]);
			if (high < 0 || low < 0)
				return false;
			p[n] = (char)(high * 16 + low);
			i += 2;
		}
		if (p[n++] == '\0')
			return false;
	}
	*out = (struct str){ p, n };
	return true;
}

/* "name=value", or a name alone: its value is empty. */
static enum form_verdict
take_pair(struct str pair, struct arena *a, struct form *out)
{
	ptrdiff_t equals = str_find(pair, '=');
	size_t end = equals < 0 ? pair.n : (size_t)equals;
	struct str name, value;

	if (!decode(str_sub(pair, 0, end), a, &name) ||
		!decode(str_from(pair, end + (equals >= 0)), a, &value))
		return FORM_BROKEN;
	return add(out, name, value);
}

/* Mail programs that write the body by hand end it as a line. No form does: a line end that is part
 * of a value is written %0D%0A. */
static struct str
without_line_end(struct str s)
{
	while (s.n && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

static enum form_verdict
parse_urlencoded(struct str body, struct arena *a, struct form *out)
{
	struct str pair;

	body = without_line_end(body);
	while (str_split(&body, '&', &pair))
		if (pair.n && take_pair(pair, a, out) != FORM_OK)
			return FORM_BROKEN;
	return FORM_OK;
}

/* -- multipart/form-data ---------------------------------------------------------------------- */

/* The value of `name=` among a field's parameters, with or without quotes; no escapes: whoever
 * needs them is no form of ours. */
static bool
parameter(struct str field, const char *name, struct str *out)
{
	struct str piece;

	str_split(&field, ';', &piece);
	while (str_split(&field, ';', &piece)) {
		ptrdiff_t equals = str_find(piece, '=');
		struct str v;

		if (equals < 0 ||
			!str_ieq(str_trim(str_sub(piece, 0, (size_t)equals)), str_of(name)))
			continue;
		v = str_trim(str_from(piece, (size_t)equals + 1));
		if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
			v = str_sub(v, 1, v.n - 2);
		*out = v;
		return v.n > 0 && str_find(v, '"') < 0 && str_find(v, '\\') < 0;
	}
	return false;
}

/* The header of a part, up to the empty line: its field's name. */
static bool
part_name(struct str *part, struct str *name)
{
	struct str line, rest, kind, disposition = STR("content-disposition:");
	bool found = false;

	for (int i = 0; i < PART_LINES_LIMIT && str_line(part, &line); i++) {
		if (line.n == 0)
			return found;
		if (!str_ieq(str_sub(line, 0, disposition.n), disposition))
			continue;
		line = rest = str_from(line, disposition.n);
		if (found || !str_split(&rest, ';', &kind) ||
			!str_ieq(str_trim(kind), STR("form-data")) ||
			!parameter(line, "name", name))
			return false;
		found = true;
	}
	return false;
}

/* The first boundary stands at the beginning, or behind empty lines: text before it is not for us,
 * and no form sends any. *line is how lines end in this body, by the first of them. */
static bool
skip_first_boundary(struct str *body, struct str boundary, struct str *line)
{
	while (body->n && (body->p[0] == '\r' || body->p[0] == '\n'))
		*body = str_from(*body, 1);
	if (!str_starts(*body, STR("--")) || !str_starts(str_from(*body, 2), boundary))
		return false;
	*body = str_from(*body, 2 + boundary.n);
	*line = str_starts(*body, STR("\n")) ? STR("\n") : STR("\r\n");
	return true;
}

static enum form_verdict
parse_multipart(struct str body, struct str boundary, struct arena *a, struct form *out)
{
	struct str line, mark, part, name;
	ptrdiff_t end;

	if (!skip_first_boundary(&body, boundary, &line))
		return FORM_BROKEN;
	mark = str_of(arena_printf(a, "%.*s--%.*s", STR_ARG(line), STR_ARG(boundary)));
	while (str_starts(body, line)) {
		body = str_from(body, line.n);
		end = str_find_str(body, mark);
		if (end < 0)
			return FORM_BROKEN;
		part = str_sub(body, 0, (size_t)end);
		if (!part_name(&part, &name) || str_find(part, '\0') >= 0 ||
			add(out, name, part) != FORM_OK)
			return FORM_BROKEN;
		body = str_from(body, (size_t)end + mark.n);
	}
	return str_eq(str_trim(body), STR("--")) ? FORM_OK : FORM_BROKEN;
}

enum form_verdict
form_parse(struct str type, struct str body, struct arena *a, struct form *out)
{
	struct str rest = type, essence = { 0 }, boundary;

	out->count = 0;
	str_split(&rest, ';', &essence);
	essence = str_trim(essence);
	if (str_ieq(essence, STR("application/x-www-form-urlencoded")))
		return parse_urlencoded(body, a, out);
	if (!str_ieq(essence, STR("multipart/form-data")))
		return FORM_OTHER_TYPE;
	if (!parameter(type, "boundary", &boundary) || boundary.n > BOUNDARY_LIMIT)
		return FORM_BROKEN;
	return parse_multipart(body, boundary, a, out);
}

int
form_value(const struct form *f, const char *name, struct str *out)
{
	int found = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (!str_eqz(f->fields[i].name, name))
			continue;
		if (found++)
			return -1;
		*out = f->fields[i].value;
	}
	return found;
}

bool
form_says(const struct form *f, const char *name, const char *value)
{
	struct str found;

	return form_value(f, name, &found) == 1 && str_eqz(found, value);
}
