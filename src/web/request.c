#include "web/request.h"

#include <string.h>

/* The longest start line: a target with a method and a version around it. And a chunk's size with
 * an extension that nobody needs. */
enum { START_LIMIT = REQUEST_TARGET_LIMIT + 64, CHUNK_LINE_LIMIT = 256 };

void
request_init(struct request *r)
{
	*r = (struct request){ .keep = true };
	buf_init(&r->line, START_LIMIT + REQUEST_FIELDS_LIMIT);
	buf_init(&r->body, REQUEST_BODY_LIMIT);
}

void
request_free(struct request *r)
{
	buf_free(&r->line);
	buf_free(&r->body);
	arena_free(&r->arena);
}

static int
refuse(struct request *r, int status, const char *why)
{
	r->phase = REQUEST_BROKEN;
	r->status = status;
	r->why = why;
	r->keep = false;
	return -1;
}

/* -- characters ------------------------------------------------------------------------------- */

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* RFC 9110 5.6.2. */
static bool
is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !is_among(s.p[i], "!#$%&'*+-.^_`|~"))
			return false;
	return s.n > 0;
}

/* RFC 9110 5.5: anything visible, blanks and tabs, and the bytes above ASCII. */
static bool
is_field_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* -- the start line --------------------------------------------------------------------------- */

/* RFC 3986's pchar and "/"; a query may also hold what browsers leave in one. A percent sign comes
 * with two digits, and never for NUL: what is a C string to anybody would end there. */
static bool
is_target(struct str s, const char *also)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (s.n - i < 3 || str_hex_digit(s.p[i + 1]) < 0 ||
				str_hex_digit(s.p[i + 2]) < 0)
				return false;
			if (s.p[i + 1] == '0' && s.p[i + 2] == '0')
				return false;
		} else if (!is_alnum(s.p[i]) && !is_among(s.p[i], "-._~!$&'()*+,;=:@/") &&
			   !is_among(s.p[i], also)) {
			return false;
		}
	}
	return true;
}

static bool
is_authority(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !is_among(s.p[i], "-._~:[]"))
			return false;
	return s.n > 0;
}

/* "http://host/path", as proxies are sent: the path of it. What host it names is nothing to us. */
static bool
strip_origin(struct str *target)
{
	static const struct str schemes[] = { STR_INIT("http://"), STR_INIT("https://") };

	for (size_t i = 0; i < 2; i++) {
		size_t n = schemes[i].n, end;
		struct str rest;

		if (!str_ieq(str_sub(*target, 0, n), schemes[i]))
			continue;
		rest = str_from(*target, n);
		for (end = 0; end < rest.n && rest.p[end] != '/' && rest.p[end] != '?';)
			end++;
		*target = str_from(rest, end);
		return target->n > 0 && is_authority(str_sub(rest, 0, end));
	}
	return true;
}

static int
take_target(struct request *r, struct str target)
{
	ptrdiff_t mark;

	if (target.n > REQUEST_TARGET_LIMIT)
		return refuse(r, 414, "the address is too long");
	if (!strip_origin(&target) || target.n == 0 || target.p[0] != '/') {
		/* "OPTIONS *" and "CONNECT host:port" are answered by their method alone. */
		return r->method == REQUEST_OTHER ? 0 : refuse(r, 400, "the address is no path");
	}
	target = arena_str(&r->arena, target);
	mark = str_find(target, '?');
	r->path = mark < 0 ? target : str_sub(target, 0, (size_t)mark);
	r->query = mark < 0 ? (struct str){ 0 } : str_from(target, (size_t)mark + 1);
	if (!is_target(r->path, "") || !is_target(r->query, "?{}|^`\\[]\"<>"))
		return refuse(r, 400, "the address has a character that does not belong there");
	return 0;
}

static int
take_start_line(struct request *r, struct str line)
{
	static const char *const methods[] = { "GET", "HEAD", "POST" };
	struct str method, target, rest = line;

	/* An old habit of clients is to end a body with an empty line that is not counted. */
	if (line.n == 0 && !r->blank) {
		r->blank = true;
		return 0;
	}
	if (!str_split(&rest, ' ', &method) || !str_split(&rest, ' ', &target) || !is_token(method))
		return refuse(r, 400, "the first line is no request");
	r->method = REQUEST_GET;
	while (r->method < REQUEST_OTHER && !str_eqz(method, methods[r->method]))
		r->method++;
	r->old = str_eqz(rest, "HTTP/1.0");
	if (!r->old && !str_eqz(rest, "HTTP/1.1"))
		return refuse(r, 400, "only HTTP/1.1 is spoken here");
	r->keep = !r->old;
	r->phase = REQUEST_HEADER;
	return take_target(r, target);
}

/* -- header fields ---------------------------------------------------------------------------- */

/* "Connection: close" may stand in a list, and in several lines. */
static void
take_connection(struct request *r, struct str value)
{
	struct str option;

	while (str_split(&value, ',', &option))
		if (str_ieq(str_trim(option), STR("close")))
			r->keep = false;
}

/* Another line of a list. It moves once, to where all that a header may hold has room: lines cost
 * an attacker nothing, and each may not cost us a copy of those before it. */
static void
join(struct request *r, size_t field, struct str value)
{
	struct str *list = &r->fields[field];
	char *room;

	if (!r->lists[field]) {
		r->lists[field] = room = arena_alloc(&r->arena, REQUEST_FIELDS_LIMIT);
		memcpy(room, list->p, list->n);
		list->p = room;
	}
	room = r->lists[field];
	memcpy(room + list->n, ", ", 2);
	memcpy(room + list->n + 2, value.p, value.n);
	list->n += 2 + value.n;
}

static int
keep_field(struct request *r, struct str name, struct str value)
{
	static const struct str names[REQUEST_FIELDS] = {
		[REQUEST_HOST] = STR_INIT("host"),
		[REQUEST_CONTENT_LENGTH] = STR_INIT("content-length"),
		[REQUEST_TRANSFER_ENCODING] = STR_INIT("transfer-encoding"),
		[REQUEST_CONTENT_TYPE] = STR_INIT("content-type"),
		[REQUEST_EXPECT] = STR_INIT("expect"),
		[REQUEST_ACCEPT_ENCODING] = STR_INIT("accept-encoding"),
		[REQUEST_IF_NONE_MATCH] = STR_INIT("if-none-match"),
		[REQUEST_FORWARDED_FOR] = STR_INIT("x-forwarded-for"),
	};

	if (str_ieq(name, STR("connection")))
		take_connection(r, value);
	for (size_t i = 0; i < REQUEST_FIELDS; i++) {
		if (!str_ieq(name, names[i]))
			continue;
		/* Each of these means something only once. */
		if (r->fields[i].p && i < REQUEST_ACCEPT_ENCODING)
			return refuse(r, 400, "a header field that must stand alone came twice");
		if (r->fields[i].p)
			join(r, i, value);
		else
			r->fields[i] = arena_str(&r->arena, value);
	}
	return 0;
}

static int
take_field(struct request *r, struct str line, bool keep)
{
	ptrdiff_t colon = str_find(line, ':');
	struct str name, value;

	if (++r->field_lines > REQUEST_LINES_LIMIT)
		return refuse(r, 431, "there are too many header lines");
	if (colon < 0)
		return refuse(r, 400, "a header line has no colon");
	name = str_sub(line, 0, (size_t)colon);
	value = str_from(line, (size_t)colon + 1);
	/* A folded line begins with a blank, so its name is none. */
	if (!is_token(name) || !is_field_value(value))
		return refuse(r, 400, "a header line is malformed");
	return keep ? keep_field(r, name, str_trim(value)) : 0;
}

static int
take_length(struct request *r, struct str text)
{
	uint64_t length;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return refuse(r, 400, "Content-Length is no number");
	if (text.n == 0)
		return refuse(r, 400, "Content-Length is empty");
	if (!str_u64(text, REQUEST_BODY_LIMIT, &length))
		return refuse(r, 413, "the body is too long");
	r->left = (size_t)length;
	r->phase = length ? REQUEST_BODY : REQUEST_COMPLETE;
	return 0;
}

/* How is the body delimited? RFC 9112 6.3, the strict side of every choice. */
static int
settle_body(struct request *r)
{
	struct str length = r->fields[REQUEST_CONTENT_LENGTH],
		   coding = r->fields[REQUEST_TRANSFER_ENCODING];

	if (coding.p && length.p)
		return refuse(r, 400, "it has a Content-Length and a Transfer-Encoding");
	if (coding.p && (r->old || !str_ieq(coding, STR("chunked"))))
		return refuse(r, 400, "a Transfer-Encoding that is not understood here");
	r->phase = coding.p ? REQUEST_CHUNK_SIZE : REQUEST_COMPLETE;
	return length.p ? take_length(r, length) : 0;
}

static int
end_of_head(struct request *r)
{
	struct str host = r->fields[REQUEST_HOST], expect = r->fields[REQUEST_EXPECT];

	if (!host.p && !r->old)
		return refuse(r, 400, "there is no Host");
	if (host.p && !is_authority(host))
		return refuse(r, 400, "Host is no host");
	if (expect.p && !str_ieq(expect, STR("100-continue")))
		return refuse(r, 417, "an expectation that cannot be met");
	if (settle_body(r) < 0)
		return -1;
	r->expects = expect.p && !r->old && r->phase != REQUEST_COMPLETE;
	if (r->method == REQUEST_OTHER) {
		/* The answer is 405 whatever the body is. */
		r->phase = REQUEST_COMPLETE;
		r->keep = false;
	}
	return 0;
}

/* -- the body --------------------------------------------------------------------------------- */

static int
take_chunk_size(struct request *r, struct str line)
{
	size_t size = 0, i;

	for (i = 0; i < line.n && str_hex_digit(line.p[i]) >= 0; i++) {
		size = size * 16 + (size_t)str_hex_digit(line.p[i]);
		if (size > REQUEST_BODY_LIMIT)
			return refuse(r, 413, "the body is too long");
	}
	/* Extensions mean nothing to us, but they may stand there. */
	if (i == 0 || i > 8 || (i < line.n && line.p[i] != ';') || !is_field_value(line))
		return refuse(r, 400, "a chunk's size is malformed");
	if (size + r->body.n > REQUEST_BODY_LIMIT)
		return refuse(r, 413, "the body is too long");
	r->left = size;
	r->phase = size ? REQUEST_CHUNK : REQUEST_TRAILER;
	return 0;
}

static int
take_body(struct request *r, struct str *in)
{
	struct str piece = str_sub(*in, 0, r->left);

	buf_add(&r->body, piece);
	*in = str_from(*in, piece.n);
	r->left -= piece.n;
	if (r->left == 0)
		r->phase = r->phase == REQUEST_CHUNK ? REQUEST_CHUNK_END : REQUEST_COMPLETE;
	return 0;
}

/* -- lines ------------------------------------------------------------------------------------ */

static int
line_is_too_long(struct request *r)
{
	switch (r->phase) {
	case REQUEST_START_LINE:
		return refuse(r, 414, "the address is too long");
	case REQUEST_HEADER:
	case REQUEST_TRAILER:
		return refuse(r, 431, "the header is too long");
	default:
		return refuse(r, 400, "a chunk's size is malformed");
	}
}

static size_t
line_limit(const struct request *r)
{
	switch (r->phase) {
	case REQUEST_START_LINE:
		return START_LIMIT;
	case REQUEST_HEADER:
	case REQUEST_TRAILER:
		return REQUEST_FIELDS_LIMIT - r->field_bytes;
	default:
		return CHUNK_LINE_LIMIT;
	}
}

static int
take_line(struct request *r, struct str line)
{
	switch (r->phase) {
	case REQUEST_START_LINE:
		return take_start_line(r, line);
	case REQUEST_HEADER:
		return line.n ? take_field(r, line, true) : end_of_head(r);
	case REQUEST_CHUNK_SIZE:
		return take_chunk_size(r, line);
	case REQUEST_CHUNK_END:
		r->phase = REQUEST_CHUNK_SIZE;
		return line.n ? refuse(r, 400, "a chunk is longer than it says") : 0;
	case REQUEST_TRAILER:
		if (line.n)
			return take_field(r, line, false);
		r->phase = REQUEST_COMPLETE;
		return 0;
	case REQUEST_BODY:
	case REQUEST_CHUNK:
	case REQUEST_COMPLETE:
	case REQUEST_BROKEN:
		break;
	}
	return -1;
}

/* Gather a line, which may come in pieces, and deal with it once it is whole. */
static int
gather_line(struct request *r, struct str *in)
{
	ptrdiff_t end = str_find(*in, '\n');
	size_t limit = line_limit(r);
	struct str piece = end < 0 ? *in : str_sub(*in, 0, (size_t)end + 1), line;

	if (piece.n > limit - r->line.n)
		return line_is_too_long(r);
	buf_add(&r->line, piece);
	*in = str_from(*in, piece.n);
	if (end < 0)
		return 0;
	line = buf_str(&r->line);
	if (r->phase == REQUEST_HEADER || r->phase == REQUEST_TRAILER)
		r->field_bytes += line.n;
	if (!str_ends(line, STR("\r\n")))
		return refuse(r, 400, "a line does not end with CR LF");
	line.n -= 2;
	if (take_line(r, line) < 0)
		return -1;
	buf_clear(&r->line);
	return 0;
}

enum request_step
request_read(struct request *r, struct str bytes, size_t *used)
{
	struct str in = bytes;
	int status = 0;

	r->begun = r->begun || bytes.n > 0;
	while (status == 0 && in.n > 0 && r->phase != REQUEST_COMPLETE)
		status = r->phase == REQUEST_BODY || r->phase == REQUEST_CHUNK
				 ? take_body(r, &in)
				 : gather_line(r, &in);
	*used = bytes.n - in.n;
	if (status < 0)
		return REQUEST_REFUSED;
	return r->phase == REQUEST_COMPLETE ? REQUEST_DONE : REQUEST_MORE;
}

/* "gzip;q=0.5": is the weight a number above nothing? */
static bool
has_weight(struct str parameters)
{
	struct str p, weight;

	while (str_split(&parameters, ';', &p)) {
		p = str_trim(p);
		if (!str_ieq(str_sub(p, 0, 2), STR("q=")))
			continue;
		weight = str_trim(str_from(p, 2));
		for (size_t i = 0; i < weight.n; i++)
			if (weight.p[i] >= '1' && weight.p[i] <= '9')
				return true;
		return false;
	}
	return true;
}

bool
request_takes_gzip(const struct request *r)
{
	struct str list = r->fields[REQUEST_ACCEPT_ENCODING], coding, name;

	while (str_split(&list, ',', &coding))
		if (str_split(&coding, ';', &name) && str_ieq(str_trim(name), STR("gzip")))
			return has_weight(coding);
	return false;
}
