#include "deliver/alert.h"

#include <string.h>

#include "base/sign.h"
#include "deliver/copy.h"
#include "mail/plain.h"
#include "settings/signers.h"

enum { MESSAGE = 256 * 1024, ID = 10 };

/* No key may be at hand, and nobody has to be kept from guessing it. */
static struct str
message_id(const struct publication *p, struct arena *a)
{
	uint8_t random[ID];
	struct buf b;

	sign_random(random, ID);
	buf_init(&b, 512);
	buf_addz(&b, "<alert.");
	sign_base32((struct str){ (const char *)random, ID }, &b);
	buf_addz(&b, strchr(p->settings.sender.from_email, '@'));
	buf_addc(&b, '>');
	return buf_keep(&b, a);
}

static struct str
write(const struct publication *p, struct str subject, struct str text, int64_t now,
	struct arena *a)
{
	char date[40];
	struct plain m = { .from_name = str_of(p->settings.sender.from_name),
		.from_email = str_of(p->settings.sender.from_email),
		.to = str_of(p->settings.daily.alert),
		.subject = subject,
		.message_id = message_id(p, a),
		.text = text };
	struct buf b;

	clock_rfc5322(now, p->settings.publication.timezone, date);
	m.date = str_of(date);
	buf_init(&b, MESSAGE);
	plain_write(&m, &b);
	return buf_keep(&b, a);
}

/* Signed as all other mail is, if the keys are to be had: they may be what is amiss. */
static struct str
sign(const struct publication *p, struct str message, int64_t now, struct arena *a)
{
	struct seal_signers signers;
	struct err ignored;
	struct buf b;
	bool done;

	buf_init(&b, 2 * MESSAGE);
	done = signers_load(p, &signers, &ignored) == 0 &&
	       seal_message(&signers, message, now, &b, &ignored) == 0;
	signers_free(&signers);
	if (done)
		return buf_keep(&b, a);
	buf_free(&b);
	return message;
}

int
alert_send(const struct publication *p, struct str subject, struct str text, int64_t now,
	struct arena *a, struct str *words, struct err *e)
{
	struct copy copy = { .to = str_of(p->settings.daily.alert),
		.message = sign(p, write(p, subject, text, now, a), now, a) };

	if (copy_send(p, &copy, 1, e) < 0)
		return -1;
	*words = arena_str(a, str_of(copy.words));
	return copy.sent;
}
