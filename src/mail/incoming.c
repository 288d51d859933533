#include "mail/incoming.h"

#include <gmime/gmime.h>
#include <iconv.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "mail/fields.h"
#include "mail/tagless.h"

enum { TEXT_MAX = 4 * 1000 * 1000, PIECE = 4096 };

/* -- line ends -------------------------------------------------------------------------------- */

/* Old Macs wrote CR alone; DOS and SMTP write CR LF. NUL would end strings in libraries. */
static struct str
even_lines(struct str s, struct arena *a)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		to[n++] = s.p[i];
		if (s.p[i] == '\r')
			to[n - 1] = '\n';
		if (s.p[i] == '\0')
			to[n - 1] = ' ';
	}
	return (struct str){ to, n };
}

/* The mbox line that some tools leave in front. */
static struct str
without_from_line(struct str s)
{
	struct str line, rest = s;

	return str_starts(s, STR("From ")) && str_line(&rest, &line) ? rest : s;
}

static void
split_header(struct str bytes, struct incoming *out)
{
	ptrdiff_t at = str_find_str(bytes, STR("\n\n"));

	out->header = str_sub(bytes, 0, at < 0 ? bytes.n : (size_t)at + 1);
	out->body = str_from(bytes, at < 0 ? bytes.n : (size_t)at + 2);
}

/* -- characters ------------------------------------------------------------------------------- */

static struct str
from_latin1(struct str s, struct arena *a)
{
	struct buf b;

	buf_init(&b, 2 * s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		text_put((unsigned char)s.p[i], &b);
	return buf_keep(&b, a);
}

/* What its charset has no meaning for becomes a question mark. */
static struct str
convert(iconv_t cd, struct str s, struct arena *a)
{
	char *in = arena_strz(a, s), piece[PIECE];
	size_t left = s.n;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	while (left && !b.over) {
		char *to = piece;
		size_t room = sizeof piece, before = left;

		iconv(cd, &in, &left, &to, &room);
		buf_add(&b, (struct str){ piece, sizeof piece - room });
		if (left && left == before && room == sizeof piece) {
			buf_addc(&b, '?');
			in++;
			left--;
		}
	}
	return buf_keep(&b, a);
}

static struct str
to_utf8(struct str s, const char *charset, struct arena *a)
{
	iconv_t cd;
	struct str out;

	if (text_is_utf8(s) &&
		(!charset || !strncasecmp(charset, "utf", 3) ||
			!strncasecmp(charset, "us-ascii", 8)) &&
		str_find(s, 27) < 0)
		return s;
	/* Japanese providers leave the charset out, and the escapes in. */
	if (str_find_str(s, STR("\x1b$")) >= 0)
		charset = "iso-2022-jp";
	cd = charset ? iconv_open("UTF-8", charset) : (iconv_t)-1;
	if (cd == (iconv_t)-1)
		return text_is_utf8(s) ? s : from_latin1(s, a);
	out = convert(cd, s, a);
	iconv_close(cd);
	return text_is_utf8(out) ? out : from_latin1(out, a);
}

struct str
incoming_decode(struct str value, struct arena *a)
{
	char *text = g_mime_utils_header_decode_text(NULL, arena_strz(a, value));
	struct str out = text ? arena_str(a, str_of(text)) : value;

	g_free(text);
	return to_utf8(out, NULL, a);
}

struct str
incoming_field(const struct incoming *m, const char *name, struct arena *a)
{
	return incoming_decode(fields_find(m->header, name, a), a);
}

/* -- parts ------------------------------------------------------------------------------------ */

static void
add_part(struct incoming *out, enum incoming_kind kind, bool html, struct str text, struct arena *a)
{
	if (out->part_count == INCOMING_PARTS || str_trim(text).n == 0)
		return;
	out->parts[out->part_count++] = (struct incoming_part){
		.kind = kind, .html = html, .text = html ? tagless(text, a) : text
	};
}

static struct str
decoded(GMimePart *part, struct arena *a)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = g_mime_stream_mem_new();
	struct str out = { 0 };
	GByteArray *bytes;

	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	if (bytes && bytes->len)
		out = arena_str(a, (struct str){ (const char *)bytes->data, bytes->len });
	g_object_unref(stream);
	return even_lines(out, a);
}

static bool
is_type(GMimeObject *o, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(o), type, subtype);
}

/* What a leaf is by its type; false: nothing to read. Parts whose type says nothing may still be text
 * for people. */
static bool
leaf_kind(GMimeObject *o, enum incoming_kind *kind)
{
	static const struct {
		const char *type, *subtype;
		enum incoming_kind kind;
	} kinds[] = {
		{ "message", "delivery-status", INCOMING_STATUS },
		{ "message", "global-delivery-status", INCOMING_STATUS },
		{ "message", "disposition-notification", INCOMING_RECEIPT },
		{ "message", "global-disposition-notification", INCOMING_RECEIPT },
		{ "message", "feedback-report", INCOMING_FEEDBACK },
		{ "text", "rfc822-headers", INCOMING_RETURNED },
		{ "message", "rfc822-headers", INCOMING_RETURNED },
		{ "message", "global-headers", INCOMING_RETURNED },
		{ "message", "global", INCOMING_RETURNED },
		{ "text", "*", INCOMING_TEXT },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (is_type(o, kinds[i].type, kinds[i].subtype)) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

static void
read_leaf(GMimePart *part, struct incoming *out, struct arena *a)
{
	GMimeObject *o = GMIME_OBJECT(part);
	const char *charset = g_mime_object_get_content_type_parameter(o, "charset");
	enum incoming_kind kind;

	if (leaf_kind(o, &kind))
		add_part(out, kind, kind == INCOMING_TEXT && is_type(o, "text", "html"),
			to_utf8(decoded(part, a), charset, a), a);
}

/* Of what came back only the header matters; its text is ours. */
static void
read_returned(GMimeMessagePart *part, struct incoming *out, struct arena *a)
{
	GMimeMessage *message = g_mime_message_part_get_message(part);
	char *headers = message ? g_mime_object_get_headers(GMIME_OBJECT(message), NULL) : NULL;

	if (headers)
		add_part(out, INCOMING_RETURNED, false,
			to_utf8(even_lines(arena_str(a, str_of(headers)), a), NULL, a), a);
	g_free(headers);
}

/* One whose boundary does not occur: all there is stands where the preamble should be. */
static void
read_boundless(GMimeMultipart *multipart, struct incoming *out, struct arena *a)
{
	const char *text = g_mime_multipart_get_prologue(multipart);

	if (text)
		add_part(
			out, INCOMING_TEXT, false, to_utf8(arena_str(a, str_of(text)), NULL, a), a);
}

static void
read_tree(GMimeObject *o, struct incoming *out, struct arena *a)
{
	if (GMIME_IS_MESSAGE_PART(o)) {
		read_returned(GMIME_MESSAGE_PART(o), out, a);
	} else if (GMIME_IS_MULTIPART(o)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(o);
		int n = g_mime_multipart_get_count(multipart);

		for (int i = 0; i < n && out->part_count < INCOMING_PARTS; i++)
			read_tree(g_mime_multipart_get_part(multipart, i), out, a);
		if (n <= 0)
			read_boundless(multipart, out, a);
	} else if (GMIME_IS_PART(o)) {
		read_leaf(GMIME_PART(o), out, a);
	}
}

static void
note_report(GMimeObject *o, struct incoming *out, struct arena *a)
{
	const char *type = g_mime_object_get_content_type_parameter(o, "report-type");

	out->is_report = is_type(o, "multipart", "report");
	out->report_type = text_fold(to_utf8(arena_str(a, str_of(type)), NULL, a), a);
}

/* -- the whole -------------------------------------------------------------------------------- */

/* GMime goes down the tree by calls within calls; a megabyte of nested parts would be too deep. */
static bool
nests_too_much(struct str bytes)
{
	size_t n = 0;

	for (ptrdiff_t at; (at = str_find(bytes, ':')) >= 0;
		bytes = str_from(bytes, (size_t)at + 1)) {
		struct str before = str_sub(bytes, 0, (size_t)at);

		if (before.n >= 12 && str_ieq(str_from(before, before.n - 12), STR("content-type")))
			n++;
	}
	return n > INCOMING_TYPES;
}

static void
read_mime(struct str bytes, struct incoming *out, struct arena *a)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	GMimeObject *top = message ? g_mime_message_get_mime_part(message) : NULL;

	if (top) {
		note_report(top, out, a);
		read_tree(top, out, a);
	}
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
}

void
incoming_read(struct str bytes, struct arena *a, struct incoming *out)
{
	*out = (struct incoming){ 0 };
	bytes = without_from_line(even_lines(bytes, a));
	split_header(bytes, out);
	g_mime_init();
	if (!nests_too_much(bytes))
		read_mime(bytes, out, a);
	if (out->part_count == 0)
		add_part(out, INCOMING_TEXT, false, to_utf8(out->body, NULL, a), a);
}
