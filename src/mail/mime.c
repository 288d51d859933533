#include "mail/mime.h"

#include "base/sign.h"
#include "mail/encode.h"

enum { BOUNDARY = 40 };

/*
 * "=_" cannot occur in quoted-printable, and base64 has no '_': what holds both is in no part. The
 * digits come from the content, so the same content gives the same bytes; the letter in front keeps
 * one boundary from beginning another.
 */
static void
make_boundary(char letter, struct str seed, struct buf *out)
{
	uint8_t hash[16];

	sign_hash(seed, hash, sizeof hash);
	buf_printf(out, "=_%c_", letter);
	sign_hex((struct str){ .p = (const char *)hash, .n = sizeof hash }, out);
}

static void
delimiter(struct buf *out, const struct buf *boundary, bool last)
{
	buf_add(out, STR("--"));
	buf_add(out, buf_str(boundary));
	buf_addz(out, last ? "--\r\n" : "\r\n");
}

static void
write_text_part(struct buf *out, const char *subtype, struct str text)
{
	buf_printf(out,
		"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: "
		"quoted-printable\r\n\r\n",
		subtype);
	encode_qp(text, out);
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		buf_add(out, STR("\r\n"));
}

static void
write_picture(struct buf *out, const struct mime_picture *p)
{
	buf_printf(out,
		"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <%.*s>\r\n",
		p->type, STR_ARG(p->cid));
	buf_printf(out, "Content-Disposition: inline;\r\n filename=\"%.*s\"\r\n\r\n",
		STR_ARG(p->filename));
	encode_base64(p->bytes, out);
}

static void
write_related(struct buf *out, struct str html, const struct mime_picture *pictures, size_t n,
	struct str seed)
{
	struct buf boundary;

	buf_init(&boundary, BOUNDARY);
	make_boundary('r', seed, &boundary);
	buf_printf(out,
		"Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"%s\"\r\n\r\n",
		buf_z(&boundary));
	delimiter(out, &boundary, false);
	write_text_part(out, "html", html);
	for (size_t i = 0; i < n; i++) {
		delimiter(out, &boundary, false);
		write_picture(out, &pictures[i]);
	}
	delimiter(out, &boundary, true);
	buf_free(&boundary);
}

void
mime_write(struct buf *out, struct str text, struct str html, const struct mime_picture *pictures,
	size_t n, struct str seed)
{
	struct buf boundary;

	buf_init(&boundary, BOUNDARY);
	make_boundary('a', seed, &boundary);
	buf_add(out, STR("MIME-Version: 1.0\r\n"));
	buf_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n",
		buf_z(&boundary));
	delimiter(out, &boundary, false);
	write_text_part(out, "plain", text);
	delimiter(out, &boundary, false);
	if (n)
		write_related(out, html, pictures, n, seed);
	else
		write_text_part(out, "html", html);
	delimiter(out, &boundary, true);
	buf_free(&boundary);
}
