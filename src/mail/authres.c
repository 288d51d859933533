#include "mail/authres.h"

#include "base/buf.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of a comment that begins at i, whatever is nested in it. */
static size_t
skip_comment(struct str s, size_t i)
{
	int depth = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

/* What stands between quotes, with blanks and semicolons that divide nothing. */
static size_t
put_quoted(struct str s, size_t i, struct buf *out)
{
	for (i++; i < s.n && s.p[i] != '"'; i++) {
		char c = s.p[i] == '\\' && i + 1 < s.n ? s.p[++i] : s.p[i];

		buf_addc(out, is_blank(c) || c == ';' ? '_' : c);
	}
	return i + 1;
}

/* Comments out, quotes off, white space as blanks; none around '=', '.' and '/'. */
static struct str
plain(struct str s, struct arena *a)
{
	struct buf b;

	buf_init(&b, AUTHRES_TEXT);
	for (size_t i = 0; i < s.n && !b.over;) {
		if (s.p[i] == '(') {
			i = skip_comment(s, i);
			buf_addc(&b, ' ');
		} else if (s.p[i] == '"') {
			i = put_quoted(s, i, &b);
		} else {
			buf_addc(&b, is_blank(s.p[i]) ? ' ' : s.p[i]);
			i++;
		}
	}
	return buf_keep(&b, a);
}

/* "a = b" as "a=b". */
static struct str
close_up(struct str s, struct arena *a)
{
	struct buf b;

	buf_init(&b, AUTHRES_TEXT);
	for (size_t i = 0; i < s.n; i++) {
		size_t k = i;

		while (k < s.n && s.p[k] == ' ')
			k++;
		if (k > i && (k == s.n || s.p[k] == '=' || (b.n && b.p[b.n - 1] == '=')))
			i = k - 1;
		else
			buf_addc(&b, s.p[i]);
	}
	return buf_keep(&b, a);
}

static bool
split_pair(struct str word, struct str *name, struct str *value)
{
	ptrdiff_t equals = str_find(word, '=');

	if (equals <= 0)
		return false;
	*name = str_sub(word, 0, (size_t)equals);
	*value = str_from(word, (size_t)equals + 1);
	return value->n > 0;
}

/* Behind the last '@'. */
static struct str
domain_of(struct str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return str_from(s, i);
	return s;
}

static void
take_property(struct authres_result *r, struct str name, struct str value)
{
	static const char *const named[] = { "header.d", "smtp.mailfrom", "header.from",
		"header.i" };

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (str_ieq(name, str_of(named[i])) && r->domain.n == 0)
			r->domain = domain_of(value);
}

/* "method/version=result property=value ..." */
static bool
read_result(struct str text, struct authres_result *out)
{
	struct str word, name, value;
	bool first = true;

	*out = (struct authres_result){ 0 };
	while (str_split(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!split_pair(word, &name, &value)) {
			if (first)
				return false;
			continue;
		}
		if (first) {
			ptrdiff_t slash = str_find(name, '/');

			out->method = slash < 0 ? name : str_sub(name, 0, (size_t)slash);
			if (out->method.n == 0)
				return false;
			out->result = value;
		} else {
			take_property(out, name, value);
		}
		first = false;
	}
	return !first;
}

bool
authres_read(struct str value, struct arena *a, struct authres *out)
{
	struct str rest = close_up(plain(value, a), a), piece, word;

	*out = (struct authres){ 0 };
	if (!str_split(&rest, ';', &piece))
		return false;
	piece = str_trim(piece);
	if (!str_split(&piece, ' ', &word) || word.n == 0 || str_find(word, '=') >= 0)
		return false;
	out->server = word;
	while (out->count < AUTHRES_MOST && str_split(&rest, ';', &piece))
		if (read_result(piece, &out->all[out->count]))
			out->count++;
	return true;
}

const struct authres_result *
authres_find(const struct authres *r, const char *method)
{
	const struct authres_result *found = NULL;

	for (size_t i = 0; i < r->count; i++) {
		if (!str_ieq(r->all[i].method, str_of(method)))
			continue;
		if (str_ieq(r->all[i].result, STR("pass")))
			return &r->all[i];
		if (!found)
			found = &r->all[i];
	}
	return found;
}
