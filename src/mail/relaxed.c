#include "mail/relaxed.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Runs of white space, folds among them, as one blank; none at either end. */
static void
put_value(struct str s, struct buf *out)
{
	bool held = false;

	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_blank(c) || c == '\r' || c == '\n') {
			held = true;
			continue;
		}
		if (held)
			buf_addc(out, ' ');
		held = false;
		buf_addc(out, c);
	}
}

void
relaxed_field(struct str field, struct buf *out)
{
	ptrdiff_t colon = str_find(field, ':');
	struct str name = str_trim(str_sub(field, 0, colon < 0 ? 0 : (size_t)colon));

	for (size_t i = 0; i < name.n; i++)
		buf_addc(out, str_lower(name.p[i]));
	buf_addc(out, ':');
	put_value(str_from(field, (size_t)(colon + 1)), out);
	buf_addz(out, "\r\n");
}

void
relaxed_flush(struct relaxed *r, struct buf *out)
{
	for (; r->breaks; r->breaks--)
		buf_addz(out, "\r\n");
	if (r->blank)
		buf_addc(out, ' ');
	r->blank = false;
	r->any = true;
}

void
relaxed_body(struct relaxed *r, struct str piece, struct buf *out)
{
	for (size_t i = 0; i < piece.n; i++) {
		char c = piece.p[i];

		if (is_blank(c)) {
			r->blank = true;
		} else if (c == '\r' && i + 1 < piece.n && piece.p[i + 1] == '\n') {
			r->blank = false; /* at the end of a line it does not count */
			r->breaks++;
			i++;
		} else {
			relaxed_flush(r, out);
			buf_addc(out, c);
		}
	}
}

void
relaxed_end(struct relaxed *r, struct buf *out)
{
	if (r->any)
		buf_addz(out, "\r\n");
	*r = (struct relaxed){ 0 };
}
