#include "mail/seal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sign.h"
#include "mail/relaxed.h"

enum { FIELDS = 64, HEADER = 64 << 10, SIGNATURES = 8 << 10, WIDTH = 76, TAB = 8, NAMES = 1024 };

/*
 * What is signed where the message has it (RFC 6376 5.4.1, RFC 8058 4). Those that are sealed are
 * named once more than there are: whoever adds another breaks the signature, so that a copy cannot
 * be sent on with a From, Subject or Reply-To of a stranger's (RFC 6376 8.15). Relays add some of
 * the others of their own (Feedback-ID, Sender), which harms nobody.
 */
static const struct {
	struct str name;
	bool sealed;
} signed_fields[] = {
	{ STR_INIT("From"), true },
	{ STR_INIT("To"), true },
	{ STR_INIT("Subject"), true },
	{ STR_INIT("Date"), true },
	{ STR_INIT("Message-ID"), true },
	{ STR_INIT("Reply-To"), true },
	{ STR_INIT("MIME-Version"), true },
	{ STR_INIT("Content-Type"), true },
	{ STR_INIT("Content-Transfer-Encoding"), false },
	{ STR_INIT("List-Id"), false },
	{ STR_INIT("List-Unsubscribe"), true },
	{ STR_INIT("List-Unsubscribe-Post"), true },
	{ STR_INIT("Archived-At"), false },
	{ STR_INIT("Feedback-ID"), false },
	{ STR_INIT("Auto-Submitted"), false },
};

enum { SIGNED = sizeof signed_fields / sizeof signed_fields[0] };

struct seal {
	const struct seal_signers *signers;
	const struct letter *letter;
	size_t first;         /* the part in which the body begins */
	size_t header_frozen; /* of that part, what belongs to the header: with the empty line */
	char names[NAMES];    /* h=, colons between */
	struct str *body;     /* canonical, a part each, from `first` on */
	struct dkim_hash *before; /* over body[first] */
	struct arena arena;
};

/* -- the header -------------------------------------------------------------------------------- */

/* The next field with its folds. False at the empty line, or at the end. */
static bool
next_field(struct str *rest, struct str *field)
{
	size_t n = 0;

	if (rest->n == 0 || str_starts(*rest, STR("\r\n")))
		return false;
	do {
		ptrdiff_t end = str_find_str(str_from(*rest, n), STR("\r\n"));

		n = end < 0 ? rest->n : n + (size_t)end + 2;
	} while (n < rest->n && (rest->p[n] == ' ' || rest->p[n] == '\t'));
	*field = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return true;
}

static bool
is_named(struct str field, struct str name)
{
	return field.n > name.n && field.p[name.n] == ':' &&
	       str_ieq(str_sub(field, 0, name.n), name);
}

static size_t
split_fields(struct str header, struct str fields[static FIELDS])
{
	size_t n = 0;

	while (n < FIELDS && next_field(&header, &fields[n]))
		n++;
	return n;
}

/* Our messages have one of each at most (RELIABILITY H3). */
static const struct str *
find_field(const struct str *fields, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (is_named(fields[i], name))
			return &fields[i];
	return NULL;
}

/* What h= says. */
static int
name_fields(struct str header, char out[static NAMES], struct err *e)
{
	struct str fields[FIELDS];
	size_t n = split_fields(header, fields);
	struct buf b;

	if (!find_field(fields, n, signed_fields[0].name))
		return err_set(e, ERR_DATA, "a message without From cannot be signed");
	buf_init(&b, NAMES - 1);
	for (size_t i = 0; i < SIGNED; i++) {
		unsigned times = (find_field(fields, n, signed_fields[i].name) ? 1U : 0U) +
				 (signed_fields[i].sealed ? 1U : 0U);

		for (; times; times--)
			buf_printf(&b, "%s%.*s", b.n ? ":" : "", STR_ARG(signed_fields[i].name));
	}
	assert(!b.over);
	memcpy(out, buf_z(&b), b.n + 1);
	buf_free(&b);
	return 0;
}

/* In the order of h=; a name without a field adds nothing. */
static void
canonical_header(struct str header, struct buf *out)
{
	struct str fields[FIELDS];
	size_t n = split_fields(header, fields);

	for (size_t i = 0; i < SIGNED; i++) {
		const struct str *field = find_field(fields, n, signed_fields[i].name);

		if (field)
			relaxed_field(*field, out);
	}
}

/* -- the signature's own field ------------------------------------------------------------------ */

/* What stands between blanks goes to the next line where this one would be too long; a long list of
 * names (h=) behind a colon as well. */
static void
fold(struct str flat, struct buf *out)
{
	struct str word;
	size_t column = out->n;

	while (str_split(&flat, ' ', &word)) {
		size_t blank = 1;

		while (word.n) {
			ptrdiff_t colon = str_find(word, ':');
			struct str piece = str_sub(word, 0, colon < 0 ? word.n : (size_t)colon + 1);

			if (column + blank + piece.n > WIDTH) {
				buf_addz(out, "\r\n\t");
				column = TAB;
			} else if (blank) {
				buf_addc(out, ' ');
				column++;
			}
			buf_add(out, piece);
			column += piece.n;
			word = str_from(word, piece.n);
			blank = 0;
		}
	}
}

/* The field up to b=, which is empty as yet. */
static void
put_tags(const struct seal_signer *signer, const char *names,
	const uint8_t body_hash[static DKIM_HASH], int64_t at, struct buf *out)
{
	struct buf flat;

	buf_init(&flat, HEADER);
	buf_printf(&flat, "v=1; a=%s; c=relaxed/relaxed; d=%s; s=%s; t=%" PRId64 ";",
		dkim_algorithm_name(dkim_key_algorithm(signer->key)), signer->domain,
		signer->selector, at / CLOCK_SECOND);
	if (signer->expires)
		buf_printf(&flat, " x=%" PRId64 ";", (at + signer->expires) / CLOCK_SECOND);
	buf_printf(&flat, " h=%s; bh=", names);
	sign_base64((struct str){ .p = (const char *)body_hash, .n = DKIM_HASH }, &flat);
	buf_addz(&flat, "; b=");
	buf_addz(out, "DKIM-Signature:");
	fold(buf_str(&flat), out);
	buf_free(&flat);
}

static void
put_signature(struct str base64, struct buf *out)
{
	while (base64.n) {
		struct str line = str_sub(base64, 0, WIDTH - TAB);

		buf_addz(out, "\r\n\t");
		buf_add(out, line);
		base64 = str_from(base64, line.n);
	}
	buf_addz(out, "\r\n");
}

/* What is signed: the fields, then this one with nothing behind b= and no CR LF (3.7). */
static void
hash_header(struct str fields, struct str own, uint8_t out[static DKIM_HASH])
{
	struct dkim_hash *h = dkim_hash_new();
	struct buf canonical;

	buf_init(&canonical, SIGNATURES);
	relaxed_field(own, &canonical);
	dkim_hash_add(h, fields);
	dkim_hash_add(h, str_sub(buf_str(&canonical), 0, canonical.n - 2));
	dkim_hash_end(h, out);
	buf_free(&canonical);
}

static int
sign_one(const struct seal_signer *signer, const char *names, struct str fields,
	const uint8_t body_hash[static DKIM_HASH], int64_t at, struct buf *out, struct err *e)
{
	uint8_t hash[DKIM_HASH];
	struct buf own, base64;
	int status;

	buf_init(&own, SIGNATURES);
	buf_init(&base64, SIGNATURES);
	put_tags(signer, names, body_hash, at, &own);
	hash_header(fields, buf_str(&own), hash);
	status = dkim_key_sign(signer->key, hash, &base64, e);
	buf_add(out, buf_str(&own));
	put_signature(buf_str(&base64), out);
	buf_free(&base64);
	buf_free(&own);
	return status;
}

static int
sign_all(const struct seal_signers *signers, const char *names, struct str header,
	const uint8_t body_hash[static DKIM_HASH], int64_t at, struct buf *out, struct err *e)
{
	struct buf fields;
	int status = 0;

	buf_init(&fields, HEADER);
	canonical_header(header, &fields);
	if (fields.over)
		status = err_set(
			e, ERR_DATA, "a header larger than %d bytes cannot be signed", HEADER);
	for (size_t i = 0; i < signers->count && status == 0; i++)
		status = sign_one(&signers->all[i], names, buf_str(&fields), body_hash, at, out, e);
	buf_free(&fields);
	return status;
}

/* -- a letter made ready ------------------------------------------------------------------------- */

/* Where the body begins: letter_freeze has seen the empty line. */
static void
find_body(struct seal *s)
{
	const struct letter *l = s->letter;

	while (s->first < l->count) {
		struct str frozen = l->parts[s->first].frozen;
		ptrdiff_t end = str_find_str(frozen, STR("\r\n\r\n"));

		if (end >= 0) {
			s->header_frozen = (size_t)end + 4;
			return;
		}
		s->first++;
	}
	assert(false && "a letter without an empty line");
}

/* A slot of the body stands at the start of a line, and '=' follows it (letter.c): so nothing is
 * held back across its ends, and every piece has one canonical form. */
static void
canonicalise(struct seal *s)
{
	const struct letter *l = s->letter;

	s->body = arena_many(&s->arena, l->count, struct str);
	for (size_t i = s->first; i < l->count; i++) {
		struct str frozen =
			str_from(l->parts[i].frozen, i == s->first ? s->header_frozen : 0);
		struct relaxed r = { 0 };
		struct buf b;

		buf_init(&b, frozen.n + 2);
		relaxed_body(&r, frozen, &b);
		if (l->parts[i].slot)
			relaxed_flush(&r, &b);
		else
			relaxed_end(&r, &b);
		s->body[i] = buf_keep(&b, &s->arena);
	}
	s->before = dkim_hash_new();
	dkim_hash_add(s->before, s->body[s->first]);
}

int
seal_new(const struct seal_signers *signers, const struct letter *l, struct seal **out,
	struct err *e)
{
	struct seal *s = mem_zeroed(1, sizeof *s);

	s->signers = signers;
	s->letter = l;
	if (signers->count) {
		find_body(s);
		canonicalise(s);
		if (name_fields(l->bytes, s->names, e) < 0) {
			seal_free(s);
			return -1;
		}
	}
	*out = s;
	return 0;
}

void
seal_free(struct seal *s)
{
	if (!s)
		return;
	dkim_hash_free(s->before);
	arena_free(&s->arena);
	free(s);
}

bool
seal_signs(const struct seal *s)
{
	return s->signers->count > 0;
}

/* -- one message ------------------------------------------------------------------------------ */

static void
hash_body(const struct seal *s, const struct splice *message, uint8_t out[static DKIM_HASH])
{
	struct dkim_hash *h = dkim_hash_copy(s->before);
	struct buf value;

	buf_init(&value, HEADER);
	for (size_t i = s->first + 1; i < s->letter->count; i++) {
		struct relaxed r = { 0 };

		buf_clear(&value);
		relaxed_body(&r, message->piece[2 * i - 1], &value);
		relaxed_flush(&r, &value);
		dkim_hash_add(h, buf_str(&value));
		dkim_hash_add(h, s->body[i]);
	}
	dkim_hash_end(h, out);
	buf_free(&value);
}

static void
put_header(const struct seal *s, const struct splice *message, struct buf *out)
{
	for (size_t i = 0; i < 2 * s->first; i++)
		buf_add(out, message->piece[i]);
	buf_add(out, str_sub(message->piece[2 * s->first], 0, s->header_frozen));
}

static int
sign_splice(const struct seal *s, struct splice **message, int64_t at, struct err *e)
{
	uint8_t body_hash[DKIM_HASH];
	struct buf header, signatures;
	struct splice *plain = *message;
	int status;

	buf_init(&header, HEADER);
	buf_init(&signatures, SIGNATURES * s->signers->count);
	put_header(s, plain, &header);
	hash_body(s, plain, body_hash);
	status = sign_all(s->signers, s->names, buf_str(&header), body_hash, at, &signatures, e);
	if (status == 0)
		*message = splice_behind(buf_str(&signatures), plain);
	splice_free(plain);
	buf_free(&signatures);
	buf_free(&header);
	return status;
}

int
seal_fill(const struct seal *s, const struct letter_values *v, int64_t at, struct splice **out,
	struct err *e)
{
	if (letter_splice(s->letter, v, out, e) < 0)
		return -1;
	return seal_signs(s) ? sign_splice(s, out, at, e) : 0;
}

static void
hash_whole_body(struct str body, uint8_t out[static DKIM_HASH])
{
	struct dkim_hash *h = dkim_hash_new();
	struct relaxed r = { 0 };
	struct buf canonical;

	buf_init(&canonical, body.n + 2);
	relaxed_body(&r, body, &canonical);
	relaxed_end(&r, &canonical);
	dkim_hash_add(h, buf_str(&canonical));
	dkim_hash_end(h, out);
	buf_free(&canonical);
}

int
seal_message(const struct seal_signers *signers, struct str message, int64_t at, struct buf *out,
	struct err *e)
{
	ptrdiff_t end = str_find_str(message, STR("\r\n\r\n"));
	size_t header = end < 0 ? message.n : (size_t)end + 4;
	uint8_t body_hash[DKIM_HASH];
	char names[NAMES];

	if (signers->count) {
		if (name_fields(str_sub(message, 0, header), names, e) < 0)
			return -1;
		hash_whole_body(str_from(message, header), body_hash);
		if (sign_all(signers, names, str_sub(message, 0, header), body_hash, at, out, e) <
			0)
			return -1;
	}
	buf_add(out, message);
	return 0;
}
