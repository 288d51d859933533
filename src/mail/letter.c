#include "mail/letter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/sign.h"
#include "base/text.h"
#include "mail/encode.h"
#include "mail/header.h"
#include "mail/message_id.h"
#include "mail/token.h"

enum { MARK = 1, LINE = 998, TO_COLUMN = 4 };

/* Where a slot may stand. */
static const struct {
	enum letter_slot slot;
	const char *mark;
	bool header, body;
	size_t most; /* octets that it adds to a line of the header; what folds itself: none */
} slots[] = {
	{ LETTER_TO, "\1o", true, false, 0 },
	{ LETTER_MESSAGE_ID, "\1m", true, false, MESSAGE_ID_MAX },
	{ LETTER_DATE, "\1d", true, false, 40 },
	{ LETTER_TOKEN, "\1t", true, true, TOKEN_CHARS },
	{ LETTER_NAME, "\1n", false, true },
	{ LETTER_NAME_HTML, "\1N", false, true },
	{ LETTER_EMAIL, "\1e", false, true },
	{ LETTER_EMAIL_HTML, "\1E", false, true },
	{ LETTER_CONFIRM, "\1c", false, true },
};

enum { SLOTS = sizeof slots / sizeof slots[0] };

struct str
letter_mark(enum letter_slot slot)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].slot == slot)
			return str_of(slots[i].mark);
	assert(false && "a slot that the table does not have");
	return (struct str){ 0 };
}

static bool
may_stand(char letter, bool header)
{
	for (size_t i = 0; i < SLOTS; i++)
		if ((char)slots[i].slot == letter)
			return header ? slots[i].header : slots[i].body;
	return false;
}

/* -- freezing --------------------------------------------------------------------------------- */

/* Once the slots are filled. In the body each stands between soft line breaks, which its value is
 * broken by. */
static size_t
longest(struct str line, bool header)
{
	size_t n = line.n;

	for (size_t i = 0; header && i < line.n; i++)
		for (size_t k = 0; k < SLOTS && line.p[i] == MARK; k++)
			if (str_starts(str_from(line, i), str_of(slots[k].mark)))
				n += slots[k].most;
	return n;
}

/* One line without its CR LF. */
static int
check_line(struct str line, size_t number, bool header, struct err *e)
{
	if (longest(line, header) > LINE)
		return err_set(e, ERR_DATA,
			"line %zu of the message has up to %zu octets, more than 998", number,
			longest(line, header));
	if (line.n && line.p[0] == '.')
		return err_set(e, ERR_DATA, "line %zu of the message begins with a dot", number);
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c == MARK) {
			if (i + 1 == line.n || !may_stand(line.p[i + 1], header))
				return err_set(e, ERR_DATA,
					"line %zu of the message has a slot where it may not be",
					number);
			if (!header && (i != 0 || line.n != 3 || line.p[2] != '='))
				return err_set(e, ERR_DATA,
					"line %zu of the message has a slot that is not alone on "
					"it",
					number);
			i++;
		} else if (c > 0x7e || (c < 0x20 && c != '\t')) {
			return err_set(e, ERR_DATA, "line %zu of the message has the octet 0x%02x",
				number, c);
		}
	}
	return 0;
}

static int
check_lines(struct str bytes, size_t *body, struct err *e)
{
	bool header = true;
	size_t number = 1;

	for (size_t at = 0; at < bytes.n; number++) {
		ptrdiff_t length = str_find_str(str_from(bytes, at), STR("\r\n"));

		if (length < 0)
			return err_set(e, ERR_DATA, "line %zu of the message does not end in CR LF",
				number);
		if (check_line(str_sub(bytes, at, (size_t)length), number, header, e) < 0)
			return -1;
		at += (size_t)length + 2;
		if (header && length == 0) {
			header = false;
			*body = at;
		}
	}
	return header ? err_set(e, ERR_DATA, "the message has no empty line behind its header") : 0;
}

static size_t
count_marks(struct str bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] == MARK;
	return n;
}

int
letter_freeze(struct str bytes, struct arena *a, struct letter *out, struct err *e)
{
	size_t body = 0, begin = 0;

	if (check_lines(bytes, &body, e) < 0)
		return -1;
	*out = (struct letter){ .bytes = bytes };
	out->parts = arena_many(a, count_marks(bytes) + 1, struct letter_part);
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] != MARK)
			continue;
		out->parts[out->count++] =
			(struct letter_part){ .frozen = str_sub(bytes, begin, i - begin),
				.slot = (enum letter_slot)bytes.p[i + 1],
				.header = i < body };
		begin = i + 2;
		i++;
	}
	out->parts[out->count++] = (struct letter_part){ .frozen = str_from(bytes, begin) };
	for (size_t i = 0; i < out->count; i++)
		out->frozen_size += out->parts[i].frozen.n;
	return 0;
}

/* -- filling ---------------------------------------------------------------------------------- */

static struct str
name_or_reader(struct str name)
{
	return name.n ? name : STR("reader");
}

static struct str
value_of(enum letter_slot slot, const struct letter_values *v)
{
	switch (slot) {
	case LETTER_TO:
		return v->email;
	case LETTER_MESSAGE_ID:
		return v->message_id;
	case LETTER_DATE:
		return v->date;
	case LETTER_TOKEN:
		return v->token;
	case LETTER_NAME:
	case LETTER_NAME_HTML:
		return name_or_reader(v->name);
	case LETTER_EMAIL:
	case LETTER_EMAIL_HTML:
		return v->email_shown;
	case LETTER_CONFIRM:
		return v->confirm;
	}
	assert(false && "a slot that the table does not have");
	return (struct str){ 0 };
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

static const char *
slot_name(enum letter_slot slot)
{
	switch (slot) {
	case LETTER_TO:
		return "address";
	case LETTER_MESSAGE_ID:
		return "Message-ID";
	case LETTER_DATE:
		return "date";
	case LETTER_TOKEN:
		return "link";
	case LETTER_NAME:
	case LETTER_NAME_HTML:
		return "name";
	case LETTER_EMAIL:
	case LETTER_EMAIL_HTML:
		return "shown address";
	case LETTER_CONFIRM:
		return "confirmation link";
	}
	return "?";
}

static void
put_html(struct str value, struct buf *b)
{
	struct buf escaped;

	buf_init(&escaped, value.n * 6);
	text_html(value, &escaped);
	encode_qp_value(buf_str(&escaped), b);
	buf_free(&escaped);
}

static int
put_slot(
	const struct letter_part *part, const struct letter_values *v, struct buf *b, struct err *e)
{
	struct str value = value_of(part->slot, v);

	if (value.n == 0)
		return err_set(
			e, ERR_DATA, "the letter has no %s to put in", slot_name(part->slot));
	if (has_control(value) || (part->slot == LETTER_TO && has_control(v->name)))
		return err_set(
			e, ERR_DATA, "the %s holds a control character", slot_name(part->slot));
	if (part->slot == LETTER_TO)
		header_mailbox_value(b, TO_COLUMN, v->name, v->email);
	else if (part->header)
		buf_add(b, value);
	else if (part->slot == LETTER_NAME_HTML || part->slot == LETTER_EMAIL_HTML)
		put_html(value, b);
	else
		encode_qp_value(value, b);
	return 0;
}

/* Where a value that was encoded before stands: most links of a letter hold the same token. */
struct encoded {
	size_t at, n; /* in the personal bytes; n 0: not yet */
};

enum { KINDS = 128, PERSONAL = 1 << 20, PERSONAL_USUAL = 4096 };

/* One slot's value at the end of `own`. The field of a header is folded by where it stands, and
 * stands once. */
static int
put_once(const struct letter_part *part, const struct letter_values *v,
	struct encoded known[static KINDS], struct buf *own, struct err *e)
{
	struct encoded *k = &known[part->slot % KINDS];
	size_t at = own->n;

	if (!part->header && k->n) {
		if (buf_room(own, k->n))
			buf_add(own, str_sub(buf_str(own), k->at, k->n));
		return 0;
	}
	if (put_slot(part, v, own, e) < 0)
		return -1;
	if (!part->header)
		*k = (struct encoded){ .at = at, .n = own->n - at };
	return 0;
}

static int
splice_parts(const struct letter *l, const struct letter_values *v, struct str *pieces,
	struct buf *own, struct err *e)
{
	struct encoded known[KINDS] = { 0 };

	for (size_t i = 0; i < l->count; i++) {
		size_t at = own->n;

		pieces[2 * i] = l->parts[i].frozen.n ? l->parts[i].frozen : STR("");
		if (l->parts[i].slot && put_once(&l->parts[i], v, known, own, e) < 0)
			return -1;
		pieces[2 * i + 1] = (struct str){ .n = own->n - at };
	}
	return own->over ? err_set(e, ERR_DATA,
				   "the personal part of a letter is larger than %zu bytes",
				   own->ceiling)
			 : 0;
}

int
letter_splice(
	const struct letter *l, const struct letter_values *v, struct splice **out, struct err *e)
{
	struct str *pieces = mem_alloc(2 * l->count * sizeof *pieces);
	struct buf own;
	int status;

	buf_init(&own, PERSONAL);
	buf_room(&own, PERSONAL_USUAL);
	status = splice_parts(l, v, pieces, &own, e);
	if (status == 0)
		*out = splice_new(pieces, 2 * l->count, buf_str(&own));
	buf_free(&own);
	free(pieces);
	return status;
}

int
letter_fill(const struct letter *l, const struct letter_values *v, struct buf *b, struct err *e)
{
	struct splice *s = NULL;

	if (letter_splice(l, v, &s, e) < 0)
		return -1;
	splice_add_to(s, b);
	splice_free(s);
	if (b->over)
		return err_set(
			e, ERR_DATA, "the filled letter is larger than %zu bytes", b->ceiling);
	return 0;
}

int
letter_blank(const struct letter *l, struct str date, struct buf *b, struct err *e)
{
	const struct letter_values nobody = { .email = STR("reader@invalid"),
		.email_shown = STR("reader@invalid"),
		.message_id = STR("<blank@invalid>"),
		.date = date,
		.token = STR("-"),
		.confirm = STR("-") };

	return letter_fill(l, &nobody, b, e);
}

void
letter_hash(const struct letter *l, char out[static SIGN_HEX])
{
	sign_hash_hex(l->bytes, out);
}
