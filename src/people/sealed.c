#include "people/sealed.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static const struct str version = STR_INIT("1 ");

static const char *const kind_names[WISH_KINDS] = {
	[WISH_SUBSCRIBE] = "subscribe",
	[WISH_CONFIRM] = "confirm",
	[WISH_LEAVE] = "leave",
	[WISH_RETURN] = "return",
	[WISH_REASON] = "reason",
	[WISH_SAVE] = "save",
	[WISH_EXPORT] = "export",
	[WISH_ERASE] = "erase",
	[WISH_READDRESS] = "address",
};

/* Every text of struct wish has a row here; what has none would be lost on the way. */
static const struct field {
	const char *name;
	size_t at;
} fields[] = {
	{ "token", offsetof(struct wish, token) },
	{ "how", offsetof(struct wish, how) },
	{ "email", offsetof(struct wish, email) },
	{ "name", offsetof(struct wish, name) },
	{ "timezone", offsetof(struct wish, timezone) },
	{ "frequency", offsetof(struct wish, frequency) },
	{ "paused_until", offsetof(struct wish, paused_until) },
	{ "reason", offsetof(struct wish, reason) },
	{ "address", offsetof(struct wish, address) },
	{ "words", offsetof(struct wish, words) },
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

const char *
sealed_kind_name(enum wish_kind kind)
{
	return kind_names[kind];
}

/* -- writing ---------------------------------------------------------------------------------- */

static void
put(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, "%zu:%s,%zu:", str_of(name).n, name, value.n);
	buf_add(out, value);
	buf_addc(out, ',');
}

void
sealed_print(const struct wish *w, struct buf *out)
{
	char at[24];

	snprintf(at, sizeof at, "%" PRId64, w->at);
	put(out, "kind", str_of(kind_names[w->kind]));
	put(out, "at", str_of(at));
	for (size_t i = 0; i < FIELDS; i++) {
		const struct str *value = (const void *)((const char *)w + fields[i].at);

		if (value->p)
			put(out, fields[i].name, *value);
	}
	buf_fill(out, ' ', (SEALED_STEP - out->n % SEALED_STEP) % SEALED_STEP);
}

bool
sealed_write(const struct wish *w, const uint8_t public[static SEAL_PUBLIC], struct buf *out)
{
	struct buf text, sealed;
	bool good;

	buf_init(&text, SEALED_TEXT_LIMIT);
	buf_init(&sealed, SEALED_TEXT_LIMIT + SEAL_EXTRA);
	sealed_print(w, &text);
	good = !text.over && sign_seal(buf_str(&text), public, &sealed);
	buf_add(out, version);
	sign_base64url(buf_str(&sealed), out);
	sign_wipe(text.p, text.n);
	buf_free(&text);
	buf_free(&sealed);
	return good && !out->over;
}

/* -- reading ---------------------------------------------------------------------------------- */

/* Cut a netstring off: "5:leave," is leave. One form of each: no length has a zero in front. */
static bool
take(struct str *rest, struct str *out)
{
	struct str number = str_sub(*rest, 0, 6);
	ptrdiff_t colon = str_find(number, ':');
	uint64_t n;

	if (colon <= 0 || (colon > 1 && number.p[0] == '0') ||
		!str_u64(str_sub(number, 0, (size_t)colon), SEALED_TEXT_LIMIT, &n))
		return false;
	*out = str_sub(*rest, (size_t)colon + 1, n);
	*rest = str_from(*rest, (size_t)colon + 1 + n);
	if (out->n != n || rest->n == 0 || rest->p[0] != ',')
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

static bool
set_kind(struct wish *w, struct str value)
{
	for (size_t i = 0; i < WISH_KINDS; i++)
		if (str_eqz(value, kind_names[i])) {
			w->kind = (enum wish_kind)i;
			return true;
		}
	return false;
}

/* One of the texts, once. */
static bool
set_field(struct wish *w, struct str name, struct str value)
{
	for (size_t i = 0; i < FIELDS; i++) {
		struct str *to = (void *)((char *)w + fields[i].at);

		if (!str_eqz(name, fields[i].name) || to->p)
			continue;
		*to = value;
		return true;
	}
	return false;
}

bool
sealed_parse(struct str text, struct wish *out, const char **why)
{
	struct str rest = text, name, value;
	uint64_t at;

	*out = (struct wish){ 0 };
	*why = "what was sealed is no wish";
	if (!take(&rest, &name) || !str_eqz(name, "kind") || !take(&rest, &value) ||
		!set_kind(out, value) || !take(&rest, &name) || !str_eqz(name, "at") ||
		!take(&rest, &value) || !str_u64(value, INT64_MAX, &at))
		return false;
	out->at = (int64_t)at;
	while (rest.n && rest.p[0] != ' ')
		if (!take(&rest, &name) || !take(&rest, &value) || !set_field(out, name, value))
			return false;
	while (rest.n && rest.p[0] == ' ')
		rest = str_from(rest, 1);
	return rest.n == 0;
}

/* Open the box: its text in the arena. */
static bool
open_box(struct str sealed, const struct spool_pair *pair, struct arena *a, struct str *text)
{
	struct buf b;
	bool good;

	buf_init(&b, SEALED_TEXT_LIMIT);
	good = sign_unseal(sealed, pair->public, pair->secret, &b);
	if (good)
		*text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return good;
}

bool
sealed_read(struct str line, const struct spool_pair *pair, struct arena *a, struct wish *out,
	uint8_t hash[static SEALED_HASH], const char **why)
{
	struct str coded = str_from(line, version.n), sealed, text;
	char *bytes;

	*why = "it is no sealed wish";
	if (!str_starts(line, version) || line.n > SEALED_LINE_LIMIT)
		return false;
	sealed.n = sign_unbase64url_size(coded.n);
	sealed.p = bytes = arena_alloc(a, sealed.n + 1);
	if (!sign_unbase64url(coded, bytes, sealed.n))
		return false;
	sign_hash(sealed, hash, SEALED_HASH);
	*why = "it is not sealed to the key in var/keys/spool, or was changed";
	return open_box(sealed, pair, a, &text) && sealed_parse(text, out, why);
}
