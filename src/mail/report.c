#include "mail/report.h"

#include <string.h>

/* -- names ------------------------------------------------------------------------------------ */

const char *
report_kind_name(enum report_kind kind)
{
	static const char *const names[REPORT_KINDS] = { "none", "soft", "hard", "complaint" };

	return names[kind];
}

const char *
report_sort_name(enum report_sort sort)
{
	static const char *const names[REPORT_SORTS] = { "bounce", "abuse", "other", "delay",
		"delivered", "auto-reply", "challenge", "feedback" };

	return names[sort];
}

const char *
report_how_name(enum report_how how)
{
	static const char *const names[REPORT_HOWS] = { "status", "header", "prose", "original" };

	return names[how];
}

/* -- filling ---------------------------------------------------------------------------------- */

void
report_add_clue(struct report_clues *c, struct str s)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_ieq(c->p[i], s))
			return;
	if (s.n && c->n < REPORT_CLUES)
		c->p[c->n++] = s;
}

struct report_recipient *
report_recipient_for(struct report *r, struct str address)
{
	for (size_t i = 0; i < r->recipient_count; i++) {
		struct report_recipient *each = &r->recipients[i];

		if (str_ieq(each->address, address) ||
			(each->original.n && str_ieq(each->original, address)))
			return each;
	}
	if (r->recipient_count == REPORT_RECIPIENTS) {
		r->left_out++;
		return NULL;
	}
	r->recipients[r->recipient_count] = (struct report_recipient){ .address = address };
	return &r->recipients[r->recipient_count++];
}

/* -- as bytes: each number and each string behind its length, four octets, big-endian ----------- */

enum { STRING_MAX = 64 * 1024 };

static void
pack_number(struct buf *out, size_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_addc(out, (char)(v >> shift & 0xff));
}

static void
pack_string(struct buf *out, struct str s)
{
	s = str_sub(s, 0, STRING_MAX);
	pack_number(out, s.n);
	buf_add(out, s);
}

static void
pack_clues(struct buf *out, const struct report_clues *c)
{
	pack_number(out, c->n);
	for (size_t i = 0; i < c->n; i++)
		pack_string(out, c->p[i]);
}

static void
pack_recipient(struct buf *out, const struct report_recipient *r)
{
	pack_string(out, r->address);
	pack_string(out, r->original);
	pack_number(out, r->kind);
	pack_string(out, r->status);
	pack_number(out, r->code);
	pack_string(out, r->reason);
	pack_number(out, r->how);
}

void
report_pack(const struct report *r, struct buf *out)
{
	pack_number(out, r->sort);
	pack_number(out, r->is_signed);
	pack_number(out, r->left_out);
	pack_string(out, r->id);
	pack_string(out, r->subject);
	pack_string(out, r->from);
	pack_clues(out, &r->envelopes);
	pack_clues(out, &r->message_ids);
	pack_clues(out, &r->tokens);
	pack_clues(out, &r->asked);
	pack_number(out, r->recipient_count);
	for (size_t i = 0; i < r->recipient_count; i++)
		pack_recipient(out, &r->recipients[i]);
}

struct unpacking {
	struct str rest;
	struct arena *arena;
	bool bad;
};

/* The next number, which is at most `most`. */
static size_t
unpack_number(struct unpacking *u, size_t most)
{
	const unsigned char *p = (const unsigned char *)u->rest.p;
	size_t v;

	if (u->bad || u->rest.n < 4) {
		u->bad = true;
		return 0;
	}
	v = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	u->rest = str_from(u->rest, 4);
	u->bad = v > most;
	return u->bad ? 0 : v;
}

static struct str
unpack_string(struct unpacking *u)
{
	size_t n = unpack_number(u, STRING_MAX);
	struct str s;

	if (u->bad || n > u->rest.n) {
		u->bad = true;
		return (struct str){ 0 };
	}
	s = arena_str(u->arena, str_sub(u->rest, 0, n));
	u->rest = str_from(u->rest, n);
	return s;
}

static void
unpack_clues(struct unpacking *u, struct report_clues *c)
{
	c->n = unpack_number(u, REPORT_CLUES);
	for (size_t i = 0; i < c->n; i++)
		c->p[i] = unpack_string(u);
}

static void
unpack_recipient(struct unpacking *u, struct report_recipient *r)
{
	r->address = unpack_string(u);
	r->original = unpack_string(u);
	r->kind = (enum report_kind)unpack_number(u, REPORT_KINDS - 1);
	r->status = unpack_string(u);
	r->code = (unsigned)unpack_number(u, 999);
	r->reason = unpack_string(u);
	r->how = (enum report_how)unpack_number(u, REPORT_HOWS - 1);
	if (r->reason.n > REPORT_REASON)
		u->bad = true;
}

bool
report_unpack(struct str bytes, struct arena *a, struct report *out)
{
	struct unpacking u = { .rest = bytes, .arena = a };

	*out = (struct report){ 0 };
	out->sort = (enum report_sort)unpack_number(&u, REPORT_SORTS - 1);
	out->is_signed = unpack_number(&u, 1);
	out->left_out = unpack_number(&u, INT32_MAX);
	out->id = unpack_string(&u);
	out->subject = unpack_string(&u);
	out->from = unpack_string(&u);
	unpack_clues(&u, &out->envelopes);
	unpack_clues(&u, &out->message_ids);
	unpack_clues(&u, &out->tokens);
	unpack_clues(&u, &out->asked);
	out->recipient_count = unpack_number(&u, REPORT_RECIPIENTS);
	for (size_t i = 0; i < out->recipient_count; i++)
		unpack_recipient(&u, &out->recipients[i]);
	if (u.bad || u.rest.n)
		*out = (struct report){ .sort = REPORT_OTHER };
	return !u.bad && u.rest.n == 0;
}
