#include "mail/cid.h"

#include "base/sign.h"

/* -- names ------------------------------------------------------------------------------------ */

static bool
is_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static struct str
without_folders_and_ending(struct str path)
{
	ptrdiff_t at;

	while ((at = str_find(path, '/')) >= 0)
		path = str_from(path, (size_t)at + 1);
	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '.')
			return str_sub(path, 0, i);
	return path;
}

/* What a reader saves it as. Many programs misread all but letters, digits and a dot (RFC 2183
 * 2.3 leaves the rest to RFC 2231). */
static struct str
filename_of(struct str path, const char *extension, struct arena *a)
{
	enum { LONGEST = 40 };
	struct str stem = str_sub(without_folders_and_ending(path), 0, LONGEST);
	char *safe = arena_strz(a, stem.n ? stem : STR("picture"));

	for (char *c = safe; *c; c++)
		if (!is_safe(*c))
			*c = '-';
	return str_of(arena_printf(a, "%s%s", safe, extension));
}

static struct str
content_id(struct str bytes, struct str domain, struct arena *a)
{
	uint8_t hash[16];
	struct buf b;

	buf_init(&b, 2 * sizeof hash + 1 + domain.n);
	sign_hash(bytes, hash, sizeof hash);
	sign_hex((struct str){ (const char *)hash, sizeof hash }, &b);
	buf_addc(&b, '@');
	buf_add(&b, domain);
	return buf_keep(&b, a);
}

struct mime_picture
cid_picture(struct str bytes, const char *type, const char *extension, struct str path,
	struct str domain, struct arena *a)
{
	return (struct mime_picture){ .bytes = bytes,
		.type = type,
		.filename = filename_of(path, extension, a),
		.cid = content_id(bytes, domain, a) };
}

/* -- for a browser ---------------------------------------------------------------------------- */

static const struct mime_picture *
find(const struct mime_picture *pictures, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pictures[i].cid, id))
			return &pictures[i];
	return NULL;
}

static void
put_bytes(const struct mime_picture *p, struct buf *out)
{
	buf_printf(out, "data:%s;base64,", p->type);
	sign_base64(p->bytes, out);
}

/* Quotes stand around attributes alone: those of texts are entities. */
void
cid_inline(struct str html, const struct mime_picture *pictures, size_t n, struct buf *out)
{
	static const struct str begin = STR_INIT("src=\"cid:");
	ptrdiff_t at;

	while ((at = str_find_str(html, begin)) >= 0) {
		struct str id = str_from(html, (size_t)at + begin.n);
		ptrdiff_t end = str_find(id, '"');
		const struct mime_picture *p =
			end < 0 ? NULL : find(pictures, n, str_sub(id, 0, (size_t)end));

		buf_add(out, str_sub(html, 0, (size_t)at));
		buf_add(out, p ? STR("src=\"") : begin);
		if (p)
			put_bytes(p, out);
		html = p ? str_from(id, (size_t)end) : id;
	}
	buf_add(out, html);
}
