/* doctor_roundtrip.c: a message through each relay to a mailbox of ours, and what that says of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sign.h"
#include "cmd/doctor.h"
#include "cmd/mailboxes.h"
#include "deliver/copy.h"
#include "mail/authres.h"
#include "mail/header.h"
#include "mail/inspect.h"
#include "settings/signers.h"

enum { MESSAGE = 64 << 10, TAG = 16, ASK_EVERY = 2 };

/* It may wait in a queue, or be looked at by a filter. */
#define PATIENCE (120 * CLOCK_SECOND)

struct trip {
	struct doctor *d;
	const struct settings_relay *relay;
	char tag[2 * TAG + 1];        /* in the subject, by which it is known again */
	struct mailbox_entry *before; /* what was in the mailbox already */
	size_t before_count;
};

/* -- there --------------------------------------------------------------------------------------- */

static void
make_tag(struct trip *t)
{
	uint8_t random[TAG];
	struct buf b;

	sign_random(random, sizeof random);
	buf_init(&b, 2 * TAG);
	sign_hex((struct str){ .p = (const char *)random, .n = sizeof random }, &b);
	memcpy(t->tag, buf_z(&b), sizeof t->tag);
	buf_free(&b);
}

static void
write_message(const struct trip *t, struct buf *out)
{
	const struct settings *s = &t->d->p->settings;
	char date[40];

	clock_rfc5322(clock_now(), s->publication.timezone, date);
	header_raw(out, "Date", str_of(date));
	header_mailbox(out, "From", str_of(s->sender.from_name), str_of(s->sender.from_email));
	header_mailbox(out, "To", (struct str){ 0 }, str_of(s->roundtrip.email));
	header_raw(out, "Subject", str_of(arena_printf(&t->d->arena, "Round trip %s", t->tag)));
	header_raw(out, "Message-ID",
		str_of(arena_printf(
			&t->d->arena, "<roundtrip.%s@%s>", t->tag, doctor_from_domain(t->d))));
	header_raw(out, "Auto-Submitted", STR("auto-generated"));
	buf_addz(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
		      "This went out to see whether mail arrives, and what the mailbox makes of\r\n"
		      "its signatures. It is removed when it has been read.\r\n");
}

static int
sign_message(struct trip *t, struct str *out, struct err *e)
{
	struct seal_signers signers;
	struct buf plain, b;
	int status = signers_load(t->d->p, &signers, e);

	buf_init(&plain, MESSAGE);
	buf_init(&b, MESSAGE);
	write_message(t, &plain);
	if (status == 0)
		status = seal_message(&signers, buf_str(&plain), clock_now(), &b, e);
	*out = buf_keep(&b, &t->d->arena);
	buf_free(&plain);
	signers_free(&signers);
	return status;
}

/* By this relay, and no other. */
static int
send_it(struct trip *t, struct err *e)
{
	struct publication only = *t->d->p;
	struct settings_relay relay = *t->relay;
	struct copy copy = { .to = str_of(only.settings.roundtrip.email) };

	only.settings.relays = &relay;
	only.settings.relay_count = 1;
	if (sign_message(t, &copy.message, e) < 0 || copy_send(&only, &copy, 1, e) < 0)
		return -1;
	return copy.sent
		       ? 0
		       : err_set(e, ERR_UNAVAILABLE, "the relay does not take it: %s", copy.words);
}

/* -- and back ------------------------------------------------------------------------------------ */

static bool
was_there(const struct trip *t, struct str id)
{
	for (size_t i = 0; i < t->before_count; i++)
		if (str_eq(t->before[i].id, id))
			return true;
	return false;
}

static struct str
header_of(struct str message)
{
	ptrdiff_t end = str_find_str(message, STR("\r\n\r\n"));

	return end < 0 ? message : str_sub(message, 0, (size_t)end + 2);
}

/* 1: the message in *out, and taken out of the mailbox. */
static int
look_once(struct trip *t, struct mailbox *m, struct str *out, struct err *e)
{
	struct mailbox_entry *entries;
	size_t n;
	int status = mailbox_list(m, &t->d->arena, &entries, &n, e), found = 0;

	for (size_t i = 0; status == 0 && i < n && !found; i++) {
		struct buf b;

		if (was_there(t, entries[i].id))
			continue;
		buf_init(&b, MESSAGE);
		status = mailbox_fetch(m, &entries[i], &b, e) < 0 ? -1 : 0;
		*out = buf_keep(&b, &t->d->arena);
		found = status == 0 && str_find_str(header_of(*out), str_of(t->tag)) >= 0;
		if (found)
			status = mailbox_remove(m, &entries[i], e);
	}
	return status < 0 ? -1 : found;
}

/* A session of its own each time: POP3 shows what came since only to a new one. */
static int
look_in_session(struct trip *t, struct str *out, struct err *e)
{
	struct mailbox *m = NULL;
	int got = mailbox_of(
		t->d->p, "doctor.roundtrip", &t->d->p->settings.roundtrip.mailbox, &m, e);

	if (got == 0)
		got = look_once(t, m, out, e);
	if (got == 1 && mailbox_finish(m, e) < 0)
		got = -1;
	mailbox_close(m);
	return got;
}

static int
wait_for_it(struct trip *t, struct str *out, struct err *e)
{
	int64_t until = clock_steady() + PATIENCE;
	int got;

	while ((got = look_in_session(t, out, e)) == 0 && clock_steady() < until)
		sleep(ASK_EVERY);
	return got;
}

/* -- what it says ---------------------------------------------------------------------------------- */

/* The topmost: those below may be anybody's (RFC 8601 5). */
static bool
find_results(struct str message, struct arena *a, struct authres *out)
{
	struct str rest = header_of(message), name, value;

	while (inspect_field(&rest, &name, &value))
		if (str_ieq(name, STR("Authentication-Results")))
			return authres_read(value, a, out);
	return false;
}

static void
say_method(struct trip *t, const struct authres *r, const char *method, const char *remedy)
{
	const struct authres_result *found = authres_find(r, method);
	bool good = found && str_ieq(found->result, STR("pass"));

	doctor_sayf(t->d,
		good    ? DOCTOR_OK
		: found ? DOCTOR_FAIL
			: DOCTOR_WARN,
		"roundtrip", good ? "" : remedy, "%s: %.*s says %s=%.*s%s%.*s", t->relay->url,
		STR_ARG(r->server), method, STR_ARG(found ? found->result : STR("nothing")),
		found && found->domain.n ? " for " : "", STR_ARG(found ? found->domain : STR("")));
}

static void
say_results(struct trip *t, struct str message)
{
	struct authres r;

	if (!find_results(message, &t->d->arena, &r)) {
		doctor_sayf(t->d, DOCTOR_WARN, "roundtrip",
			"choose a mailbox at one of those who do: Gmail, Outlook, Yahoo",
			"%s: the mailbox adds no Authentication-Results", t->relay->url);
		return;
	}
	say_method(t, &r, "spf", "see spf above");
	say_method(t, &r, "dkim", "see dkim above");
	say_method(t, &r, "dmarc", "see dmarc and alignment above");
}

static void
go(struct trip *t)
{
	int64_t begun = clock_steady();
	struct str message = { 0 };
	struct err e = { 0 };
	int got;

	make_tag(t);
	if (send_it(t, &e) < 0) {
		doctor_sayf(t->d, DOCTOR_FAIL, "roundtrip", "see relay above", "%s: %s",
			t->relay->url, e.text);
		return;
	}
	got = wait_for_it(t, &message, &e);
	if (got < 0)
		doctor_say_error(t->d, "roundtrip", &e, "see doctor: in morningpost.yaml(5)");
	else if (got == 0)
		doctor_sayf(t->d, DOCTOR_FAIL, "roundtrip",
			"look into the mailbox's spam folder and the relay's log",
			"%s: taken, and not in the mailbox after two minutes", t->relay->url);
	else
		doctor_sayf(t->d, DOCTOR_OK, "roundtrip", "", "%s: there after %.1f s",
			t->relay->url, (double)(clock_steady() - begun) / (double)CLOCK_SECOND);
	if (got == 1)
		say_results(t, message);
}

/* What is in the mailbox before; it also shows that the mailbox can be opened at all. */
static int
look_before(struct trip *t, struct err *e)
{
	struct mailbox *m;

	if (mailbox_of(t->d->p, "doctor.roundtrip", &t->d->p->settings.roundtrip.mailbox, &m, e) <
		0)
		return -1;
	if (mailbox_list(m, &t->d->arena, &t->before, &t->before_count, e) < 0) {
		mailbox_close(m);
		return -1;
	}
	mailbox_close(m);
	return 0;
}

void
doctor_roundtrip(struct doctor *d)
{
	const struct settings *s = &d->p->settings;
	struct trip t = { .d = d };
	struct err e;

	if (!s->roundtrip.email) {
		doctor_say(d, DOCTOR_FAIL, "roundtrip", "there is no mailbox to send to",
			"name one in doctor.roundtrip: see morningpost.yaml(5)");
		return;
	}
	if (look_before(&t, &e) < 0) {
		doctor_say_error(d, "roundtrip", &e, "see doctor: in morningpost.yaml(5)");
		return;
	}
	for (size_t i = 0; i < s->relay_count; i++) {
		t.relay = &s->relays[i];
		if (!str_starts(str_of(t.relay->url), STR("maildir:")))
			go(&t);
	}
}
