#include "mail/inspect.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "mail/inspect_tree.h"
#include "mail/undo.h"

enum { LINE = 998, HEADER_LINE = 78, HEADER = 16 * 1024 };

/* -- lines -------------------------------------------------------------------------------------- */

/* What may stand in a line, by its octets. */
static const char *
check_octets(struct str line, bool utf8)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c >= ' ' && c <= '~')
			continue;
		if (c >= 0x80 && !utf8)
			return "an octet of more than seven bits";
		if (c < 0x80 && c != '\t')
			return "a control character";
	}
	return utf8 && !text_is_utf8(line) ? "a header that is no UTF-8" : NULL;
}

static const char *
check_line(struct str line, bool header, bool utf8)
{
	if (line.n > LINE)
		return "a line of more than 998";
	if (line.n && line.p[0] == '.')
		return "a line that begins with a dot";
	if (!header && str_starts(line, STR("From ")))
		return "a line that begins with 'From '";
	return check_octets(line, header && utf8);
}

static int
check_lines(struct str bytes, bool utf8, struct inspected *out, struct err *e)
{
	bool header = true;
	size_t number = 1;

	for (size_t at = 0; at < bytes.n; number++) {
		const char *end = memchr(bytes.p + at, '\n', bytes.n - at), *why;
		size_t n = end ? (size_t)(end - bytes.p) - at : 0;

		if (!end || n == 0 || bytes.p[at + n - 1] != '\r')
			return err_set(e, ERR_DATA, "line %zu does not end in CR LF", number);
		why = check_line(str_sub(bytes, at, n - 1), header, utf8);
		if (why)
			return err_set(e, ERR_DATA, "line %zu: %s", number, why);
		if (n - 1 > out->longest_line)
			out->longest_line = n - 1;
		if (header && n == 1) {
			header = false;
			out->header = str_sub(bytes, 0, at);
			out->body = str_from(bytes, at + 2);
		}
		at += n + 1;
	}
	return header ? err_set(e, ERR_DATA, "there is no empty line behind the header") : 0;
}

/* -- fields ------------------------------------------------------------------------------------- */

bool
inspect_field(struct str *rest, struct str *name, struct str *value)
{
	ptrdiff_t colon = str_find(*rest, ':');
	size_t n = 0;

	if (colon <= 0)
		return false;
	/* Up to a line end that no white space follows. */
	for (;;) {
		ptrdiff_t end = str_find_str(str_from(*rest, n), STR("\r\n"));

		if (end < 0)
			return false;
		n += (size_t)end + 2;
		if (n >= rest->n || (rest->p[n] != ' ' && rest->p[n] != '\t'))
			break;
	}
	if ((size_t)colon > n)
		return false;
	*name = str_sub(*rest, 0, (size_t)colon);
	*value = str_sub(*rest, (size_t)colon + 1, n - (size_t)colon - 3);
	*rest = str_from(*rest, n);
	return true;
}

/* The fields that are looked for, each once at most. */
enum field {
	DATE,
	FROM,
	TO,
	SUBJECT,
	MESSAGE_ID,
	REPLY_TO,
	LIST_ID,
	LIST_UNSUBSCRIBE,
	LIST_UNSUBSCRIBE_POST,
	ARCHIVED_AT,
	FEEDBACK_ID,
	AUTO_SUBMITTED,
	MIME_VERSION,
	CONTENT_TYPE,
	CONTENT_TRANSFER_ENCODING,
	FIELDS,
};

static const struct {
	const char *name;
	bool needed;
} fields[FIELDS] = {
	[DATE] = { "Date", true },
	[FROM] = { "From", true },
	[TO] = { "To", true },
	[SUBJECT] = { "Subject", true },
	[MESSAGE_ID] = { "Message-ID", true },
	[REPLY_TO] = { "Reply-To", false },
	[LIST_ID] = { "List-Id", false },
	[LIST_UNSUBSCRIBE] = { "List-Unsubscribe", false },
	[LIST_UNSUBSCRIBE_POST] = { "List-Unsubscribe-Post", false },
	[ARCHIVED_AT] = { "Archived-At", false },
	[FEEDBACK_ID] = { "Feedback-ID", false },
	[AUTO_SUBMITTED] = { "Auto-Submitted", false },
	[MIME_VERSION] = { "MIME-Version", true },
	[CONTENT_TYPE] = { "Content-Type", true },
	[CONTENT_TRANSFER_ENCODING] = { "Content-Transfer-Encoding", false },
};

/* Nobody hands these to a relay: they are the relay's, or name others. */
static const char *const foreign[] = { "Cc", "Bcc", "Return-Path", "Received", "Sender",
	"Authentication-Results", "Delivered-To" };

/* How a field is written (EMAIL.md 2.2, 2.4): one blank behind the colon and something there, no
 * line over 78 that white space would have let end before. */
static const char *
check_form(struct str name, struct str value)
{
	struct str rest = value, line;
	size_t before = name.n + 1;

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return "a name that is none";
	if (value.n < 2 || value.p[0] != ' ' || str_trim(value).n == 0)
		return "it is empty, or no blank is behind its colon";
	while (str_line(&rest, &line)) {
		struct str inner = str_trim(line);

		if (inner.n == 0)
			return "a line of blanks";
		if (before + line.n > HEADER_LINE && str_find(inner, ' ') >= 0)
			return "a line of more than 78 that a blank would have let fold";
		before = 0;
	}
	return NULL;
}

static int
take_field(struct str name, struct str value, struct str found[static FIELDS], struct err *e)
{
	const char *why = check_form(name, value);

	for (size_t i = 0; !why && i < sizeof foreign / sizeof foreign[0]; i++)
		if (str_ieq(name, str_of(foreign[i])))
			why = "a field that has no place in what we send";
	for (size_t i = 0; !why && i < FIELDS; i++)
		if (str_ieq(name, str_of(fields[i].name))) {
			why = found[i].n ? "it is there twice" : NULL;
			found[i] = value;
		}
	return why ? err_set(e, ERR_DATA, "header %.*s: %s", STR_ARG(name), why) : 0;
}

static int
read_fields(struct str header, struct str found[static FIELDS], struct err *e)
{
	struct str name, value;

	if (header.n > HEADER)
		return err_set(
			e, ERR_DATA, "a header of %zu bytes, more than %d", header.n, HEADER);
	while (header.n) {
		if (!inspect_field(&header, &name, &value))
			return err_set(e, ERR_DATA, "a header line that is no field");
		if (take_field(name, value, found, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].needed && !found[i].n)
			return err_set(e, ERR_DATA, "there is no header %s", fields[i].name);
	return 0;
}

/* -- what the fields say ------------------------------------------------------------------------ */

/* One "<address>" at the end, its local part and domain not empty, and no second one. */
static const char *
read_mailbox(struct str value, struct str *address)
{
	struct str s = str_trim(value);
	ptrdiff_t open = -1, at;
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == ',')
			return "more than one address";
		else if (!quoted && s.p[i] == '<' && open < 0)
			open = (ptrdiff_t)i;
	}
	if (quoted)
		return "a quotation mark that is not closed";
	if (open < 0 || s.p[s.n - 1] != '>')
		return "no address in angle brackets";
	*address = str_sub(s, (size_t)open + 1, s.n - (size_t)open - 2);
	at = str_find(*address, '@');
	return at > 0 && (size_t)at + 1 < address->n && str_find(*address, '>') < 0
		       ? NULL
		       : "an address that is none";
}

static const char *
check_date(struct str value)
{
	int64_t when;

	return date_parse_rfc5322(str_trim(value), &when) ? NULL : "no date";
}

static const char *
check_message_id(struct str value)
{
	struct str s = str_trim(value);

	return s.n > 4 && s.p[0] == '<' && s.p[s.n - 1] == '>' && str_find(s, '@') > 1 &&
			       str_find(s, ' ') < 0
		       ? NULL
		       : "no identifier in angle brackets";
}

/* "<https://...>, <mailto:...>": exactly one of the web. That it is https:, without which nobody offers
 * one click (RFC 8058), is for doctor to say: a paper that is tried without TLS can be read too. */
static const char *
check_unsubscribe(struct str value, struct str *uri)
{
	struct str item;

	*uri = (struct str){ 0 };
	while (str_split(&value, ',', &item)) {
		item = str_trim(item);
		if (item.n < 3 || item.p[0] != '<' || item.p[item.n - 1] != '>' ||
			str_find(item, ' ') >= 0)
			return "an address that does not stand in angle brackets";
		item = str_sub(item, 1, item.n - 2);
		if (text_web_scheme(item)) {
			if (uri->n)
				return "two https: addresses";
			*uri = item;
		} else if (!str_starts(item, STR("mailto:"))) {
			return "an address of neither https: nor mailto:";
		}
	}
	return uri->n ? NULL : "no https: address";
}

static const char *
read_subject(struct str value, struct arena *a, struct str *out)
{
	const char *why;
	struct buf b;

	buf_init(&b, HEADER);
	if (undo_words(str_trim(value), &b, &why))
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return why;
}

/* Where a phrase may be encoded it is decoded as well, to see that it can be. */
static const char *
check_words(struct str value)
{
	const char *why;
	struct buf b;

	buf_init(&b, HEADER);
	undo_words(value, &b, &why);
	buf_free(&b);
	return why;
}

static int
understand(const struct str f[static FIELDS], struct arena *a, struct inspected *out, struct err *e)
{
	const char *unsubscribe =
		f[LIST_UNSUBSCRIBE].n ? check_unsubscribe(f[LIST_UNSUBSCRIBE], &out->unsubscribe)
				      : NULL;
	bool post_wrong = out->unsubscribe.n &&
			  !str_eqz(f[LIST_UNSUBSCRIBE_POST], " List-Unsubscribe=One-Click");
	struct str from;
	const struct {
		enum field field;
		const char *why;
	} rows[] = {
		{ DATE, check_date(f[DATE]) },
		{ FROM, read_mailbox(f[FROM], &from) },
		{ FROM, check_words(f[FROM]) },
		{ TO, read_mailbox(f[TO], &out->to) },
		{ TO, check_words(f[TO]) },
		{ SUBJECT, read_subject(f[SUBJECT], a, &out->subject) },
		{ LIST_ID, check_words(f[LIST_ID]) },
		{ MESSAGE_ID, check_message_id(f[MESSAGE_ID]) },
		{ LIST_UNSUBSCRIBE, unsubscribe },
		{ LIST_UNSUBSCRIBE_POST, post_wrong ? "not RFC 8058's words" : NULL },
		{ MIME_VERSION, str_eqz(f[MIME_VERSION], " 1.0") ? NULL : "not 1.0" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].why)
			return err_set(e, ERR_DATA, "header %s: %s", fields[rows[i].field].name,
				rows[i].why);
	return 0;
}

int
inspect_read(struct str bytes, bool utf8, struct arena *a, struct inspected *out, struct err *e)
{
	struct str found[FIELDS] = { 0 };

	*out = (struct inspected){ 0 };
	if (check_lines(bytes, utf8, out, e) < 0 || read_fields(out->header, found, e) < 0 ||
		understand(found, a, out, e) < 0)
		return -1;
	return inspect_tree(found[CONTENT_TYPE], found[CONTENT_TRANSFER_ENCODING], a, out, e);
}

struct str
inspect_body(const struct inspected *m, const char *type)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (str_eqz(m->parts[i].type, type))
			return m->parts[i].body;
	return (struct str){ 0 };
}
