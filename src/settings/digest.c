#include "settings/digest.h"

#include <stdio.h>

#include "base/sign.h"

enum { SECTION = 64 * 1024, DIGEST = 16 };

/* A NUL ends each value, and none has one in it: what belongs to which is never in doubt. */
static void
add(struct buf *b, const char *value)
{
	buf_addz(b, value ? value : "");
	buf_addc(b, '\0');
}

static void
add_number(struct buf *b, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)n);
	add(b, text);
}

/* As it was read: shares are of a few digits. */
static void
add_share(struct buf *b, double share)
{
	char text[32];

	snprintf(text, sizeof text, "%.9g", share);
	add(b, text);
}

static void
add_publication(struct buf *b, const struct settings *s)
{
	const struct settings_publication *p = &s->publication;
	const char *const values[] = { p->name, p->tagline, p->url, p->language, p->timezone,
		p->postal_address, p->list_id, p->feedback_id };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		add(b, values[i]);
}

static void
add_sender(struct buf *b, const struct settings *s)
{
	add(b, s->sender.from_name);
	add(b, s->sender.from_email);
	add(b, s->sender.reply_to);
	add(b, s->sender.bounce);
}

static void
add_relays(struct buf *b, const struct settings *s)
{
	for (size_t i = 0; i < s->relay_count; i++) {
		const struct settings_relay *r = &s->relays[i];

		add(b, r->url);
		add(b, r->user);
		add(b, r->password_file);
		add(b, r->ca_file);
		add(b, r->helo);
		add_number(b, r->tls);
	}
}

static void
add_send(struct buf *b, const struct settings *s)
{
	const struct settings_send *send = &s->send;

	add_number(b, send->retry_for);
	add_number(b, send->in_doubt);
	add_number(b, send->not_after);
	add_number(b, send->approval_required);
	add_number(b, send->canary_count);
	add_number(b, send->canary_wait);
	add_share(b, send->canary_max_failed);
	add_share(b, send->max_bounced);
	add_share(b, send->max_complained);
	add_number(b, s->daily.send_unedited);
}

static const struct {
	const char *name;
	void (*add)(struct buf *b, const struct settings *s);
} sections[] = {
	{ "publication", add_publication },
	{ "sender", add_sender },
	{ "relays", add_relays },
	{ "send", add_send },
};

void
settings_digest(const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		uint8_t hash[DIGEST];
		struct buf b;

		buf_init(&b, SECTION);
		sections[i].add(&b, s);
		sign_hash(buf_str(&b), hash, DIGEST);
		buf_free(&b);
		buf_printf(out, "%s\"%s\":\"", i ? "," : "{", sections[i].name);
		sign_hex((struct str){ (const char *)hash, DIGEST }, out);
		buf_addc(out, '"');
	}
	buf_addc(out, '}');
}
