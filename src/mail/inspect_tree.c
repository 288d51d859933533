#include "mail/inspect_tree.h"

#include "base/text.h"
#include "mail/undo.h"

enum { DEPTH = 3, BOUNDARY = 70, PART = 32 << 20 };

/* What the header of one part says, parameters without quotation marks. */
struct entity {
	struct str type, charset, boundary, related_type; /* as they came */
	struct str encoding, content_id;
	struct str body;
};

/* -- headers of a part -------------------------------------------------------------------------- */

/* `; name=value` or `; name="value"` at the start of *rest. */
static bool
next_parameter(struct str *rest, struct str *name, struct str *value)
{
	ptrdiff_t equals, end;

	*rest = str_trim(*rest);
	if (rest->n == 0 || rest->p[0] != ';')
		return false;
	*rest = str_trim(str_from(*rest, 1));
	equals = str_find(*rest, '=');
	if (equals <= 0)
		return false;
	*name = str_sub(*rest, 0, (size_t)equals);
	*rest = str_from(*rest, (size_t)equals + 1);
	if (rest->n && rest->p[0] == '"') {
		*rest = str_from(*rest, 1);
		end = str_find(*rest, '"');
		if (end < 0)
			return false;
		*value = str_sub(*rest, 0, (size_t)end);
		*rest = str_from(*rest, (size_t)end + 1);
		return true;
	}
	end = str_find(*rest, ';');
	*value = str_trim(end < 0 ? *rest : str_sub(*rest, 0, (size_t)end));
	*rest = str_from(*rest, end < 0 ? rest->n : (size_t)end);
	return value->n > 0;
}

static int
read_type(struct str value, struct entity *en, struct err *e)
{
	ptrdiff_t end = str_find(value, ';');
	struct str rest = end < 0 ? (struct str){ 0 } : str_from(value, (size_t)end), name, got;

	en->type = str_trim(end < 0 ? value : str_sub(value, 0, (size_t)end));
	while (next_parameter(&rest, &name, &got)) {
		if (str_ieq(name, STR("charset")))
			en->charset = got;
		else if (str_ieq(name, STR("boundary")))
			en->boundary = got;
		else if (str_ieq(name, STR("type")))
			en->related_type = got;
	}
	return rest.n || str_find(en->type, '/') <= 0
		       ? err_set(e, ERR_DATA, "a Content-Type that cannot be read: %.*s",
				 STR_ARG(str_trim(value)))
		       : 0;
}

/* A part from behind its delimiter: header, empty line, body. */
static int
read_part(struct str part, struct entity *en, struct err *e)
{
	ptrdiff_t end = str_find_str(part, STR("\r\n\r\n"));
	struct str header = str_sub(part, 0, end < 0 ? 0 : (size_t)end + 2), name, value;

	*en = (struct entity){ 0 };
	if (end < 0)
		return err_set(e, ERR_DATA, "a part without a header and an empty line behind it");
	en->body = str_from(part, (size_t)end + 4);
	while (header.n) {
		if (!inspect_field(&header, &name, &value))
			return err_set(e, ERR_DATA, "a part's header line that is no field");
		value = str_trim(value);
		if (str_ieq(name, STR("Content-Type")) && read_type(value, en, e) < 0)
			return -1;
		if (str_ieq(name, STR("Content-Transfer-Encoding")))
			en->encoding = value;
		if (str_ieq(name, STR("Content-ID")) && value.n > 2 && value.p[0] == '<')
			en->content_id = str_sub(value, 1, value.n - 2);
	}
	return 0;
}

/* -- leaves ------------------------------------------------------------------------------------- */

static int
decode(const struct entity *en, struct buf *out, struct err *e)
{
	const char *why = "an encoding that is neither quoted-printable nor base64";
	size_t line = 1;
	bool good = false;

	if (str_ieq(en->encoding, STR("quoted-printable")))
		good = undo_qp(en->body, out, &why, &line);
	else if (str_ieq(en->encoding, STR("base64")))
		good = undo_base64(en->body, out, &why, &line);
	return good ? 0
		    : err_set(e, ERR_DATA, "%.*s, line %zu of its body: %s", STR_ARG(en->type),
			      line, why);
}

static const char *
check_text(const struct entity *en, struct str text)
{
	if (!str_ieq(en->charset, STR("utf-8")))
		return "a charset that is not utf-8";
	if (!text_is_utf8(text))
		return "it is no UTF-8";
	if (str_find_str(text, STR("\xef\xbf\xbd")) >= 0)
		return "it has a U+FFFD, what is left of a broken character";
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' && text.p[i] != '\n' && text.p[i] != '\t')
			return "a control character";
	return NULL;
}

static int
read_leaf(const struct entity *en, struct arena *a, struct inspected *out, struct err *e)
{
	bool is_text = str_starts(en->type, STR("text/"));
	struct inspect_part *part = &out->parts[out->part_count];
	const char *why = NULL;
	struct buf b;
	int status;

	if (out->part_count == INSPECT_PARTS)
		return err_set(e, ERR_DATA, "more than %d parts", INSPECT_PARTS);
	buf_init(&b, PART);
	status = decode(en, &b, e);
	if (status == 0)
		why = is_text ? check_text(en, buf_str(&b)) : NULL;
	if (status == 0 && !why) {
		*part = (struct inspect_part){ .type = en->type,
			.content_id = en->content_id,
			.body = arena_str(a, buf_str(&b)) };
		out->part_count++;
	}
	buf_free(&b);
	return why ? err_set(e, ERR_DATA, "%.*s: %s", STR_ARG(en->type), why) : status;
}

/* -- the tree ----------------------------------------------------------------------------------- */

/* Cut the next part out of a multipart's body, which *rest is behind a delimiter of; *last: its end
 * follows. */
static bool
next_part(struct str *rest, struct str delimiter, struct str *part, bool *last)
{
	ptrdiff_t end = str_find_str(*rest, delimiter);
	struct str behind;

	if (end < 0)
		return false;
	/* The line end before a delimiter is the delimiter's, but a text's last line has its own. */
	*part = str_sub(*rest, 0, (size_t)end + 2);
	behind = str_from(*rest, (size_t)end + delimiter.n);
	*last = str_starts(behind, STR("--\r\n"));
	*rest = str_from(behind, *last ? 4 : 2);
	return *last || str_starts(behind, STR("\r\n"));
}

static int read_entity(
	const struct entity *en, int depth, struct arena *a, struct inspected *out, struct err *e);

static int
read_multipart(
	const struct entity *en, int depth, struct arena *a, struct inspected *out, struct err *e)
{
	struct str first = str_of(arena_printf(a, "--%.*s\r\n", STR_ARG(en->boundary))),
		   delimiter = str_of(arena_printf(a, "\r\n--%.*s", STR_ARG(en->boundary))),
		   rest = str_from(en->body, first.n), part;
	struct entity child;
	bool last = false;

	if (depth == DEPTH || en->boundary.n == 0 || en->boundary.n > BOUNDARY ||
		!str_starts(en->body, first))
		return err_set(e, ERR_DATA, "a multipart whose boundary is wrong");
	while (!last) {
		if (!next_part(&rest, delimiter, &part, &last))
			return err_set(e, ERR_DATA, "a multipart that is not closed");
		if (read_part(part, &child, e) < 0 || read_entity(&child, depth + 1, a, out, e) < 0)
			return -1;
	}
	return rest.n && !str_eqz(rest, "\r\n")
		       ? err_set(e, ERR_DATA, "there is something behind the last part")
		       : 0;
}

static int
read_entity(
	const struct entity *en, int depth, struct arena *a, struct inspected *out, struct err *e)
{
	if (!str_starts(en->type, STR("multipart/")))
		return read_leaf(en, a, out, e);
	if (en->encoding.n)
		return err_set(e, ERR_DATA, "a multipart with an encoding");
	if (depth == 0 ? !str_eqz(en->type, "multipart/alternative")
		       : !str_eqz(en->type, "multipart/related") ||
				 !str_eqz(en->related_type, "text/html"))
		return err_set(e, ERR_DATA, "%.*s where it has no place", STR_ARG(en->type));
	return read_multipart(en, depth, a, out, e);
}

/* Each picture is shown, and what is shown is there. */
static int
match_pictures(const struct inspected *m, struct arena *a, struct err *e)
{
	struct str html = inspect_body(m, "text/html"), rest = html;
	ptrdiff_t at;

	for (size_t i = 2; i < m->part_count; i++) {
		struct str id = m->parts[i].content_id;

		if (!str_starts(m->parts[i].type, STR("image/")) || id.n == 0)
			return err_set(e, ERR_DATA, "a part that is no picture with a Content-ID");
		if (str_find_str(html, str_of(arena_printf(a, "\"cid:%.*s\"", STR_ARG(id)))) < 0)
			return err_set(e, ERR_DATA, "the picture %.*s is not shown", STR_ARG(id));
	}
	while ((at = str_find_str(rest, STR("\"cid:"))) >= 0) {
		ptrdiff_t end = str_find(str_from(rest, (size_t)at + 5), '"');
		struct str id = str_sub(rest, (size_t)at + 5, end < 0 ? 0 : (size_t)end);
		bool found = false;

		for (size_t i = 2; i < m->part_count; i++)
			found |= str_eq(m->parts[i].content_id, id);
		if (!found)
			return err_set(e, ERR_DATA, "the picture %.*s is not there", STR_ARG(id));
		rest = str_from(rest, (size_t)at + 5);
	}
	return 0;
}

int
inspect_tree(
	struct str type, struct str encoding, struct arena *a, struct inspected *out, struct err *e)
{
	struct entity top = { .encoding = str_trim(encoding), .body = out->body };

	if (read_type(str_trim(type), &top, e) < 0)
		return -1;
	if (!str_eqz(top.type, "multipart/alternative"))
		return err_set(
			e, ERR_DATA, "%.*s in place of multipart/alternative", STR_ARG(top.type));
	if (read_entity(&top, 0, a, out, e) < 0)
		return -1;
	if (out->part_count < 2 || !str_eqz(out->parts[0].type, "text/plain") ||
		!str_eqz(out->parts[1].type, "text/html"))
		return err_set(e, ERR_DATA, "the parts are not plain text and then HTML");
	return match_pictures(out, a, e);
}
