#include "deliver/deliver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "deliver/pace.h"
#include "deliver/relays.h"
#include "deliver/reserve.h"
#include "deliver/retry.h"
#include "mail/address.h"
#include "mail/letter.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "mail/verp.h"
#include "store/edition.h"

enum {
	PLAN_CHUNK = 5000, /* rows a transaction: some 20 ms */
	BATCH = 256,       /* rows read at a time */
	EVENTS = 256,
	LATER = 4096, /* rows set aside for their domain's pace */
	HANDS = 8192, /* buckets of those in hand */
	EDITIONS = 8,
	MESSAGE = 32 << 20,
	BUSY_TRIES = 24,   /* times the database's own patience of five seconds */
	DOUBT_PASSES = 3,  /* of sending again, in one run */
	POLICY_LEAST = 20, /* refusals for policy before they can stop a run, */
};

#define POLICY_SHARE 0.05 /* and the share of it that does */
#define DRAIN_TIME (30 * CLOCK_SECOND)

/* Somebody whose message a relay has; with all that may be needed again. */
struct hand {
	struct delivery d;
	size_t relay;
	size_t domain;   /* index of the domain's pace, or SIZE_MAX */
	bool signed_now; /* the signature is to be kept */
	bool marked;
	struct hand *next;
	char strings[];
};

struct loaded {
	int64_t id;
	struct arena arena;
	struct letter letter;
};

struct domain_pace {
	struct pace pace;
	uint32_t in_hand;
};

struct run {
	struct db *db;
	struct issue *issue;
	const struct deliver_options *o;
	struct deliver_result *out;
	struct err *e;
	struct relays relays;
	struct reserve reserve;
	bool disk_full;
	struct domain_pace *domains;
	struct loaded editions[EDITIONS];
	size_t edition_count;
	/* what comes next */
	struct arena batch_arena;
	struct delivery batch[BATCH];
	size_t batch_at, batch_count;
	int64_t cursor;
	bool queue_empty, again; /* again: rows were put back behind the cursor */
	int64_t next_due;        /* wall clock; 0: none is deferred */
	int doubt_passes;
	bool doubts;
	struct hand *later[LATER];
	size_t later_count;
	bool passed_over;    /* rows of slow domains, for which `later` had no room */
	int64_t apart_until; /* clock_steady; rows wait for a relay of their own; 0: none does */
	/* what is under way */
	struct hand *hands[HANDS];
	size_t in_hand;
	struct relay_event events[EVENTS];
	size_t event_count;
	int64_t taken, policy_refusals, judged;
	int64_t began, drain_until; /* clock_steady */
	bool draining, policy_stop, reached,
		refused; /* refused: every relay was, when the loop ended */
	struct deliver_progress progress;
	int64_t told;
};

/* -- hands ------------------------------------------------------------------------------------ */

static struct hand **
bucket(struct run *r, int64_t subscriber)
{
	return &r->hands[(uint64_t)subscriber % HANDS];
}

static struct hand *
find_hand(struct run *r, int64_t subscriber)
{
	for (struct hand *h = *bucket(r, subscriber); h; h = h->next)
		if (h->d.subscriber == subscriber)
			return h;
	return NULL;
}

static void
free_hand(struct run *r, struct hand *hand)
{
	struct hand **at = bucket(r, hand->d.subscriber);

	while (*at != hand)
		at = &(*at)->next;
	*at = hand->next;
	r->in_hand--;
	if (hand->domain != SIZE_MAX)
		r->domains[hand->domain].in_hand--;
	free(hand);
}

static void
copy_str(struct str *s, char **to)
{
	if (s->n)
		memcpy(*to, s->p, s->n);
	s->p = *to;
	*to += s->n;
}

static size_t
domain_index(const struct run *r, struct str domain)
{
	const struct settings *s = &r->o->publication->settings;

	for (size_t i = 0; i < s->domain_count; i++)
		if (str_eqz(domain, s->domains[i].name))
			return i;
	return SIZE_MAX;
}

static struct hand *
make_hand(struct run *r, const struct delivery *d)
{
	struct hand *h = mem_alloc(sizeof *h + d->email.n + d->domain.n + d->name.n + d->relay.n);
	char *to = h->strings;

	*h = (struct hand){ .d = *d, .domain = domain_index(r, d->domain) };
	copy_str(&h->d.email, &to);
	copy_str(&h->d.domain, &to);
	copy_str(&h->d.name, &to);
	copy_str(&h->d.relay, &to);
	return h;
}

/* -- letters ---------------------------------------------------------------------------------- */

static int
load_edition(struct run *r, int64_t id, const struct letter **out)
{
	struct loaded *l;
	struct edition ed;
	int got;

	for (size_t i = 0; i < r->edition_count; i++)
		if (r->editions[i].id == id) {
			*out = &r->editions[i].letter;
			return 0;
		}
	if (r->edition_count == EDITIONS)
		return err_set(r->e, ERR_INTERNAL, "an issue with more than %d editions", EDITIONS);
	l = &r->editions[r->edition_count];
	got = edition_get(r->db, id, &l->arena, &ed, r->e);
	if (got <= 0)
		return got < 0 ? -1
			       : err_set(r->e, ERR_CONFIG,
					 "the database has lost edition %lld; restore a backup",
					 (long long)id);
	if (letter_freeze(ed.bytes, &l->arena, &l->letter, r->e) < 0)
		return err_wrap(r->e, "edition %lld in the database", (long long)id);
	l->id = id;
	r->edition_count++;
	*out = &l->letter;
	return 0;
}

/* The member token: signed at first use, then kept with the row. */
static void
make_token(struct run *r, struct hand *h, char out[static TOKEN_CHARS + 1])
{
	const struct key_pair *key = keys_current(r->o->keys);
	struct token t = {
		.kind = TOKEN_MEMBER, .subscriber = (uint64_t)h->d.subscriber, .epoch = h->d.epoch
	};

	if (h->d.token_key == 0 || !keys_has(r->o->keys, (uint8_t)h->d.token_key)) {
		t.key_id = key->id;
		token_sign(&t, r->o->publication->settings.publication.list_id, key->secret,
			h->d.signature);
		h->d.token_key = key->id;
		h->signed_now = true;
	}
	t.key_id = (uint8_t)h->d.token_key;
	token_print(&t, h->d.signature, out);
}

static void
make_message_id(const struct run *r, const struct hand *h, char out[static MESSAGE_ID_MAX])
{
	const char *from = r->o->publication->settings.sender.from_email;
	char what[32], day[11];

	clock_print_day(r->issue->day, day);
	snprintf(what, sizeof what, "issue/%s", day);
	message_id_make(str_of(what), (uint64_t)h->d.subscriber, str_of(strchr(from, '@') + 1),
		r->o->keys->mac, out);
}

/* U-labels for the eye; most domains have none. */
static struct str
shown(struct str email, struct arena *a)
{
	struct address address;
	const char *why;

	if (str_find_str(email, STR("xn--")) < 0 ||
		address_parse(email, a, &address, &why) == ADDRESS_BAD)
		return email;
	return address.shown;
}

static int
fill(struct run *r, struct hand *h, struct buf *body)
{
	char token[TOKEN_CHARS + 1], id[MESSAGE_ID_MAX], date[40];
	const struct letter *letter;
	struct letter_values v = { .name = h->d.name, .email = h->d.email };
	struct arena a = { 0 };
	int status;

	if (load_edition(r, h->d.edition_id, &letter) < 0)
		return -1;
	make_token(r, h, token);
	make_message_id(r, h, id);
	clock_rfc5322(r->issue->dated_at, r->o->publication->settings.publication.timezone, date);
	v.email_shown = shown(h->d.email, &a);
	v.message_id = str_of(id);
	v.date = str_of(date);
	v.token = str_of(token);
	status = letter_fill(letter, &v, body, r->e);
	arena_free(&a);
	return status;
}

static struct str
envelope_sender(const struct run *r, const struct hand *h, char verp[static VERP_MAX + 1])
{
	const struct settings_sender *s = &r->o->publication->settings.sender;

	if (s->bounce && verp_make(str_of(s->bounce), (uint64_t)h->d.subscriber,
				 (uint32_t)r->issue->id, r->o->keys->mac, verp))
		return str_of(verp);
	return str_of(s->from_email);
}

/* -- what comes next -------------------------------------------------------------------------- */

/* A due row stays so until it is marked: those that a relay has already are not new. */
static void
drop_those_in_hand(struct run *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->batch_count; i++)
		if (!find_hand(r, r->batch[i].subscriber))
			r->batch[kept++] = r->batch[i];
	r->batch_count = kept;
}

static int
read_batch(struct run *r)
{
	int64_t now = clock_now();

	arena_free(&r->batch_arena);
	r->batch_at = r->batch_count = 0;
	if (delivery_take_due(r->db, r->issue->id, now, BATCH, &r->batch_arena, r->batch,
		    &r->batch_count, &r->next_due, r->e) < 0)
		return -1;
	drop_those_in_hand(r);
	if (r->batch_count || r->queue_empty)
		return 0;
	if (delivery_take(r->db, r->issue->id, r->cursor, BATCH, &r->batch_arena, r->batch,
		    &r->batch_count, r->e) < 0)
		return -1;
	if (r->batch_count)
		r->cursor = r->batch[r->batch_count - 1].subscriber;
	else if (r->again)
		r->cursor = 0, r->again = false;
	else
		r->queue_empty = true;
	return 0;
}

static void
put_back(struct run *r)
{
	r->again = true;
	r->queue_empty = false;
}

/* The next row to offer: 1, 0 none now. A row that is in hand or set aside already is passed over.
 */
static int
next_row(struct run *r, struct hand **out)
{
	for (;;) {
		const struct delivery *d;

		if (r->batch_at == r->batch_count) {
			if (read_batch(r) < 0)
				return -1;
			if (r->batch_count == 0) {
				if (!r->queue_empty && r->cursor == 0)
					continue;
				return 0;
			}
		}
		d = &r->batch[r->batch_at++];
		if (find_hand(r, d->subscriber))
			continue;
		*out = make_hand(r, d);
		return 1;
	}
}

/* -- choosing a relay ------------------------------------------------------------------------- */

enum choice {
	GOES,
	WAITS_FOR_ROOM, /* as all others do */
	WAITS_APART,    /* for a relay that others do not need */
	STAYS,          /* queued; not in this run */
	CANNOT_GO
};

/* The relay that may have a row in doubt already; NULL when it is none of those in the settings. */
static struct relay *
relay_in_doubt(const struct run *r, const struct hand *h)
{
	for (size_t i = 0; i < r->relays.count && h->d.doubts > 0; i++)
		if (str_eqz(h->d.relay, relay_name(r->relays.relay[i])))
			return r->relays.relay[i];
	return NULL;
}

static bool
has_room(const struct run *r, size_t i)
{
	return relay_room(r->relays.relay[i]) > 0 &&
	       pace_next(&r->relays.pace[i], clock_now()) <= clock_now();
}

static void
wait_apart(struct run *r, int64_t until)
{
	if (r->apart_until == 0 || until < r->apart_until)
		r->apart_until = until;
}

/*
 * The first relay that can be used has it; the next one only while the first cannot. One in doubt
 * goes to the relay that may have it already, or nowhere.
 */
static enum choice
choose_relay(struct run *r, const struct hand *h, size_t *out)
{
	const struct relay *bound = relay_in_doubt(r, h);
	bool first = true, rests = false;

	for (size_t i = 0; i < r->relays.count; i++) {
		struct relay *relay = r->relays.relay[i];
		bool fits = (!bound || relay == bound) &&
			    (!h->d.smtputf8 || relay_takes_smtputf8(relay));

		if (!relay_is_usable(relay)) {
			if (fits && relay_rests_until(relay) > clock_steady()) {
				wait_apart(r, relay_rests_until(relay));
				rests = true;
			}
			continue;
		}
		if (fits && has_room(r, i)) {
			*out = i;
			return GOES;
		}
		if (fits && first)
			return WAITS_FOR_ROOM;
		if (fits) {
			wait_apart(r, clock_steady() + CLOCK_SECOND / 20);
			return WAITS_APART;
		}
		first = false;
	}
	if (rests)
		return first ? WAITS_FOR_ROOM : WAITS_APART;
	return bound || !h->d.smtputf8 ? STAYS : CANNOT_GO;
}

static bool
domain_allows(struct run *r, const struct hand *h)
{
	const struct settings_domain *s;
	struct domain_pace *d;

	if (h->domain == SIZE_MAX)
		return true;
	s = &r->o->publication->settings.domains[h->domain];
	d = &r->domains[h->domain];
	return (s->concurrency == 0 || d->in_hand < s->concurrency) &&
	       pace_next(&d->pace, clock_now()) <= clock_now();
}

/* -- recording -------------------------------------------------------------------------------- */

static const char *
status_words(const struct reply *reply, char out[static 16])
{
	out[0] = '\0';
	if (reply->class)
		snprintf(out, 16, "%d.%d.%d", reply->class, reply->subject % 1000,
			reply->detail % 1000);
	return out;
}

static int
record(struct run *r, const struct hand *h, enum delivery_state to, int64_t next_at,
	const struct reply *reply)
{
	char status[16];
	struct delivery_outcome o = {
		.to = to, .next_at = next_at, .code = reply->code, .words = str_of(reply->text)
	};

	if (h->relay < r->relays.count)
		o.relay = relay_name(r->relays.relay[h->relay]);
	o.status = str_of(status_words(reply, status));
	return delivery_record(r->db, r->issue->id, h->d.subscriber, &o, clock_now(), r->e);
}

/* Deferred, or failed as expired where there would be no next time. */
static int
defer(struct run *r, struct hand *h, const struct reply *reply)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	int64_t now = clock_now(), next, first = h->d.deferred_at ? h->d.deferred_at : now;
	struct reply expired = *reply;
	uint32_t dice;

	sign_random(&dice, sizeof dice);
	next = now + retry_delay(s->retry_first, h->d.attempts + 1, dice % 1000);
	if (next - first <= s->retry_for && (next <= r->issue->last_moment || r->o->force)) {
		r->out->deferred++;
		if (!r->next_due || next < r->next_due)
			r->next_due = next;
		return record(r, h, DELIVERY_DEFERRED, next, reply);
	}
	snprintf(expired.text, sizeof expired.text, "expired: %.900s", reply->text);
	r->out->failed++;
	return record(r, h, DELIVERY_FAILED, 0, &expired);
}

static int
fail(struct run *r, struct hand *h, const struct reply *reply, bool policy)
{
	r->out->failed++;
	r->judged++;
	if (policy && reply->class == 5 && reply->subject == 7)
		r->policy_refusals++;
	if (r->policy_refusals >= POLICY_LEAST &&
		(double)r->policy_refusals > POLICY_SHARE * (double)r->judged && !r->policy_stop) {
		r->policy_stop = true;
		snprintf(r->out->why, sizeof r->out->why,
			"stopped: %lld of %lld were refused for policy, the last with: %d %.700s",
			(long long)r->policy_refusals, (long long)r->judged, reply->code,
			reply->text);
	}
	return record(r, h, DELIVERY_FAILED, 0, reply);
}

static int
back_to_queue(struct run *r, struct hand *h, const struct reply *reply)
{
	put_back(r);
	return record(r, h, DELIVERY_QUEUED, 0, reply);
}

static void
slow_down(struct run *r, struct hand *h)
{
	pace_slow_down(&r->relays.pace[h->relay], clock_now());
	if (h->domain != SIZE_MAX)
		pace_slow_down(&r->domains[h->domain].pace, clock_now());
}

static int
record_reply(struct run *r, struct hand *h, const struct relay_event *ev)
{
	r->reached = true;
	/* Another relay may take it, or none: that is for choose_relay to say. */
	if (h->d.smtputf8 && !h->marked && !relay_takes_smtputf8(r->relays.relay[h->relay]))
		return back_to_queue(r, h, &ev->reply);
	switch (reply_judge(ev->phase, &ev->reply)) {
	case REPLY_ACCEPTED:
		r->out->sent++;
		r->judged++;
		pace_ease(&r->relays.pace[h->relay], clock_now());
		return record(r, h, DELIVERY_SENT, 0, &ev->reply);
	case REPLY_SLOW_DOWN:
		slow_down(r, h);
		return defer(r, h, &ev->reply);
	case REPLY_DEFER:
		/* At MAIL nothing has been said of the reader yet, and 421 is said of the
		 * connection. */
		if (ev->reply.code == 421)
			return back_to_queue(r, h, &ev->reply);
		return defer(r, h, &ev->reply);
	case REPLY_FAIL_RCPT:
	case REPLY_FAIL_SOFT:
		return fail(r, h, &ev->reply, false);
	case REPLY_FAIL_POLICY:
		return fail(r, h, &ev->reply, true);
	case REPLY_ABORT:
		relay_refuse(ev->relay, ERR_UNAVAILABLE, ev->reply.text);
		return back_to_queue(r, h, &ev->reply);
	}
	return 0;
}

static int
record_loss(struct run *r, struct hand *h, const struct relay_event *ev)
{
	if (!ev->completed || !h->marked)
		return back_to_queue(r, h, &ev->reply);
	r->out->doubted++;
	r->doubts = true;
	log_info("in doubt: %.*s: %s", STR_ARG(h->d.email), ev->reply.text);
	return record(r, h, DELIVERY_IN_DOUBT, 0, &ev->reply);
}

/* What is said of a whole relay, for people and for the end of the run. */
static void
note_relay(struct run *r, const struct relay_event *ev)
{
	log_warn("relay %s: %s%s", relay_name(ev->relay),
		ev->kind == RELAY_REFUSED ? "takes nothing in this run: " : "", ev->reply.text);
	snprintf(r->out->why, sizeof r->out->why, "relay %.200s: %.700s", relay_name(ev->relay),
		ev->reply.text);
	if (ev->kind == RELAY_REFUSED)
		r->out->code = ev->code;
}

static int
record_event(struct run *r, const struct relay_event *ev)
{
	struct hand *h;
	int status;

	if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN)
		return 0;
	h = find_hand(r, (int64_t)ev->id);
	if (!h)
		return 0;
	status = ev->kind == RELAY_REPLIED ? record_reply(r, h, ev) : record_loss(r, h, ev);
	return status;
}

/* -- one turn --------------------------------------------------------------------------------- */

/* A letter that cannot be filled is nobody else's trouble: that one fails, in words. */
static int
fail_unfillable(struct run *r, struct hand *h, const char *why)
{
	struct reply reply = { 0 };
	int status;

	log_escape(str_of(why), reply.text, sizeof reply.text);
	h->relay = SIZE_MAX;
	if (db_begin(r->db, r->e) < 0)
		return -1;
	status = record(r, h, DELIVERY_FAILED, 0, &reply);
	if (status < 0 || db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	r->out->failed++;
	return 0;
}

static void
keep_hand(struct run *r, struct hand *h)
{
	h->next = *bucket(r, h->d.subscriber);
	*bucket(r, h->d.subscriber) = h;
	r->in_hand++;
	if (h->domain != SIZE_MAX)
		r->domains[h->domain].in_hand++;
}

static int
offer(struct run *r, struct hand *h, size_t relay)
{
	struct relay_message m = {
		.id = (uint64_t)h->d.subscriber, .to = h->d.email, .smtputf8 = h->d.smtputf8
	};
	char verp[VERP_MAX + 1];
	int status = 0;

	buf_init(&m.body, MESSAGE);
	/* The database may have been edited by hand: the send layer asks for itself (RELIABILITY
	 * I2). */
	if (!address_is_envelope(h->d.email))
		status = fail_unfillable(r, h, "not an address that may go into an envelope");
	else if (fill(r, h, &m.body) < 0)
		status = r->e->code == ERR_DATA ? fail_unfillable(r, h, r->e->text) : -1;
	else {
		m.from = envelope_sender(r, h, verp);
		h->relay = relay;
		pace_take(&r->relays.pace[relay], clock_now());
		if (h->domain != SIZE_MAX)
			pace_take(&r->domains[h->domain].pace, clock_now());
		keep_hand(r, h);
		r->taken++;
		relay_offer(r->relays.relay[relay], &m);
		return 0;
	}
	buf_free(&m.body);
	free(h);
	return status;
}

static bool
may_take(const struct run *r)
{
	return !r->draining && !r->policy_stop && (r->o->most == 0 || r->taken < r->o->most);
}

static int
refuse_smtputf8(struct run *r, struct hand *h)
{
	int status = fail_unfillable(r, h, "the address needs SMTPUTF8, which no relay offers");

	free(h);
	return status;
}

/* What becomes of a row at hand that a domain allows. 1: everybody waits for room, and it still
 * needs a place to wait in; 0: it is seen to. */
static int
place(struct run *r, struct hand *h)
{
	size_t relay;

	switch (choose_relay(r, h, &relay)) {
	case GOES:
		return offer(r, h, relay);
	case WAITS_FOR_ROOM:
		return 1;
	case CANNOT_GO:
		return refuse_smtputf8(r, h);
	case WAITS_APART:
	case STAYS:
		break;
	}
	/* It stays queued in the database. */
	free(h);
	return 0;
}

/* Those set aside for their domain's sake, where it may go now. 1: a relay is full, stop. */
static int
offer_later(struct run *r)
{
	size_t kept = 0;
	int full = 0;

	for (size_t i = 0; i < r->later_count; i++) {
		struct hand *h = r->later[i];

		if (full || !may_take(r) || !domain_allows(r, h)) {
			r->later[kept++] = h;
			continue;
		}
		full = place(r, h);
		if (full < 0)
			return -1;
		if (full)
			r->later[kept++] = h;
	}
	r->later_count = kept;
	return full;
}

/* Of the relay that is next: the first that can be used. */
static bool
any_room(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_usable(r->relays.relay[i]))
			return has_room(r, i);
	return false;
}

/* For its domain's sake. Where there is no room for more of them the row stays in the database and
 * is read again when there is, so that a slow domain holds up nobody else (RELIABILITY S12). */
static void
set_aside(struct run *r, struct hand *h)
{
	if (r->later_count < LATER) {
		r->later[r->later_count++] = h;
		return;
	}
	r->passed_over = true;
	free(h);
}

/* Rows that were left in the database for now: read them again when their time has come. True while
 * there are any. */
static bool
comes_again(struct run *r)
{
	bool apart = r->apart_until && r->apart_until <= clock_steady();

	if ((r->passed_over && r->later_count <= LATER / 2) || apart) {
		r->passed_over = false;
		r->apart_until = 0;
		put_back(r);
		return true;
	}
	return r->passed_over || r->apart_until;
}

static int
take_rows(struct run *r)
{
	int full;

	(void)comes_again(r);
	full = offer_later(r);
	if (full)
		return full < 0 ? -1 : 0;
	while (may_take(r) && any_room(r)) {
		struct hand *h;
		int got = next_row(r, &h);

		if (got <= 0)
			return got;
		if (!domain_allows(r, h)) {
			set_aside(r, h);
			continue;
		}
		got = place(r, h);
		if (got < 0)
			return -1;
		if (got > 0) {
			/* It stays queued and comes again from the start of the list. */
			put_back(r);
			free(h);
			return 0;
		}
	}
	return 0;
}

struct turn {
	uint64_t *due, *withdrawn;
	size_t due_count, due_room, withdrawn_count;
};

static void
collect_due(struct run *r, struct turn *t)
{
	size_t room = r->in_hand + 1;

	if (room > t->due_room) {
		t->due_room = room * 2;
		t->due = mem_grow(t->due, t->due_room * sizeof *t->due);
		t->withdrawn = mem_grow(t->withdrawn, t->due_room * sizeof *t->withdrawn);
	}
	t->due_count = t->withdrawn_count = 0;
	for (size_t i = 0; i < r->relays.count; i++)
		t->due_count += relay_due(
			r->relays.relay[i], t->due + t->due_count, t->due_room - t->due_count);
}

static int
mark_due(struct run *r, struct turn *t)
{
	for (size_t i = 0; i < t->due_count; i++) {
		struct hand *h = find_hand(r, (int64_t)t->due[i]);
		int got;

		assert(h);
		got = h->marked ? 1
				: delivery_mark(r->db, r->issue->id, h->d.subscriber,
					  relay_name(r->relays.relay[h->relay]), clock_now(), r->e);
		if (got < 0)
			return -1;
		if (got == 0)
			t->withdrawn[t->withdrawn_count++] = t->due[i];
		if (h->signed_now && delivery_keep_signature(r->db, h->d.subscriber, h->d.epoch,
					     h->d.token_key, h->d.signature, r->e) < 0)
			return -1;
	}
	return 0;
}

static int
write_turn(struct run *r, struct turn *t)
{
	if (db_begin(r->db, r->e) < 0)
		return -1;
	for (size_t i = 0; i < r->event_count; i++)
		if (record_event(r, &r->events[i]) < 0)
			return -1;
	FAULT("before-mark");
	if (mark_due(r, t) < 0)
		return -1;
	FAULT("before-commit");
	return db_commit(r->db, r->e);
}

static void
begin_drain(struct run *r)
{
	if (r->draining)
		return;
	r->draining = true;
	r->drain_until = clock_steady() + DRAIN_TIME;
	relay_drain(r->relays.loop);
}

/*
 * The promise of a turn: what came is recorded and what may be completed is marked, in one commit,
 * before a byte of it is written. If it stopped half way nothing of it would have happened, and
 * nothing has been sent.
 */
static int
commit_turn(struct run *r, struct turn *t)
{
	struct deliver_result before = *r->out;
	int64_t judged = r->judged, refusals = r->policy_refusals;

	if (r->event_count == 0 && t->due_count == 0)
		return 0;
	for (int tries = 0;; tries++) {
		if (write_turn(r, t) == 0)
			return 0;
		db_rollback(r->db);
		if (r->e->code == ERR_IO && reserve_give(&r->reserve)) {
			/* What is under way can still be recorded; nothing more is begun. */
			r->disk_full = true;
			begin_drain(r);
		} else if (r->e->code != ERR_TEMPFAIL || tries == BUSY_TRIES) {
			return -1;
		}
		log_warn("%s; trying again", r->e->text);
		*r->out = before;
		r->judged = judged;
		r->policy_refusals = refusals;
		t->withdrawn_count = 0;
	}
}

static bool
is_withdrawn(const struct turn *t, uint64_t id)
{
	for (size_t i = 0; i < t->withdrawn_count; i++)
		if (t->withdrawn[i] == id)
			return true;
	return false;
}

/* After the commit: who was recorded is out of hand, who was marked is marked. */
static void
settle_turn(struct run *r, struct turn *t)
{
	for (size_t i = 0; i < r->event_count; i++) {
		const struct relay_event *ev = &r->events[i];
		struct hand *h;

		if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN) {
			note_relay(r, ev);
			continue;
		}
		h = find_hand(r, (int64_t)ev->id);
		if (h)
			free_hand(r, h);
	}
	r->event_count = 0;
	for (size_t i = 0; i < t->due_count; i++) {
		struct hand *h = find_hand(r, (int64_t)t->due[i]);

		if (!h)
			continue;
		h->signed_now = false;
		if (is_withdrawn(t, t->due[i])) {
			relay_withdraw(r->relays.relay[h->relay], t->due[i]);
			free_hand(r, h);
		} else {
			h->marked = true;
		}
	}
}

/* -- the run ---------------------------------------------------------------------------------- */

static void
tell(struct run *r, bool now)
{
	if (!r->o->progress || (!now && clock_steady() - r->told < CLOCK_SECOND))
		return;
	r->told = clock_steady();
	r->progress.sent = r->out->sent;
	r->progress.failed = r->out->failed;
	r->progress.deferred = r->out->deferred;
	r->o->progress(r->o->context, &r->progress);
}

static bool
all_refused(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_usable(r->relays.relay[i]) ||
			relay_rests_until(r->relays.relay[i]) > clock_steady())
			return false;
	return true;
}

static bool
must_stop(const struct run *r)
{
	return (r->o->stop && *r->o->stop) ||
	       (r->o->deadline && clock_steady() - r->began >= r->o->deadline) || r->policy_stop ||
	       (!r->o->force && clock_now() > r->issue->last_moment);
}

/* In doubt and to be sent again: after all others, and not for ever in one run. */
static int
resend_doubts(struct run *r)
{
	int64_t n;

	if (r->o->publication->settings.send.in_doubt != SETTINGS_RESEND || !r->doubts ||
		r->doubt_passes >= DOUBT_PASSES)
		return 0;
	r->doubts = false;
	r->doubt_passes++;
	if (db_begin(r->db, r->e) < 0 ||
		delivery_requeue_doubt(r->db, r->issue->id, clock_now(), &n, r->e) < 0 ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	put_back(r);
	return n > 0;
}

/* Is there anything that this run should still wait for? */
static int
is_finished(struct run *r, bool *finished)
{
	int64_t waited = clock_steady() - r->began;

	*finished = false;
	if (r->in_hand || relay_in_hand(r->relays.loop))
		return 0;
	if (r->draining || all_refused(r) || (r->o->most && r->taken >= r->o->most)) {
		*finished = true;
		return 0;
	}
	if (r->batch_at < r->batch_count || r->later_count || !r->queue_empty || r->passed_over ||
		r->apart_until) {
		/* Rows there are, but no relay to be had: not for longer than we are told to wait.
		 */
		*finished =
			!r->later_count && (!any_room(r) || r->queue_empty) && waited >= r->o->wait;
		return 0;
	}
	if (r->doubts && r->o->publication->settings.send.in_doubt == SETTINGS_RESEND &&
		r->doubt_passes < DOUBT_PASSES)
		return resend_doubts(r);
	*finished = r->next_due == 0 || waited >= r->o->wait ||
		    r->next_due - clock_now() > r->o->wait - waited;
	return 0;
}

static int64_t
until_when(const struct run *r)
{
	int64_t steady = clock_steady(), wall = clock_now(), until = steady + CLOCK_SECOND;

	/* Rows at hand and room for them: no sleep at all. */
	if (may_take(r) && any_room(r) && (!r->queue_empty || r->batch_at < r->batch_count))
		return steady;
	if (r->apart_until && r->apart_until < until)
		until = r->apart_until;
	for (size_t i = 0; i < r->relays.count; i++) {
		int64_t pace = steady + pace_next(&r->relays.pace[i], wall) - wall;

		if (pace > steady && pace < until)
			until = pace;
		if (relay_rests_until(r->relays.relay[i]) > steady &&
			relay_rests_until(r->relays.relay[i]) < until)
			until = relay_rests_until(r->relays.relay[i]);
	}
	for (size_t i = 0; i < r->o->publication->settings.domain_count && r->later_count; i++) {
		int64_t pace = steady + pace_next(&r->domains[i].pace, wall) - wall;

		if (pace > steady && pace < until)
			until = pace;
	}
	if (r->next_due && steady + r->next_due - wall < until)
		until = steady + r->next_due - wall;
	return until;
}

static int
run_loop(struct run *r)
{
	struct turn turn = { 0 };
	bool finished = false;
	int status = 0;

	while (status == 0 && !finished) {
		r->event_count = relay_wait(r->relays.loop, until_when(r), r->events, EVENTS);
		if (must_stop(r))
			begin_drain(r);
		if (take_rows(r) < 0) {
			status = -1;
			break;
		}
		collect_due(r, &turn);
		status = commit_turn(r, &turn);
		if (status < 0)
			break;
		FAULT("after-commit");
		settle_turn(r, &turn);
		relay_flush(r->relays.loop);
		FAULT("after-flush");
		tell(r, false);
		if (r->draining && clock_steady() > r->drain_until)
			break;
		if (is_finished(r, &finished) < 0)
			status = -1;
	}
	free(turn.due);
	free(turn.withdrawn);
	return status;
}

static int
plan(struct run *r)
{
	int got = 1;

	while (got == 1) {
		if (r->o->stop && *r->o->stop)
			return 0;
		got = delivery_plan(r->db, r->issue, &r->o->choice, PLAN_CHUNK, clock_now(), r->e);
		FAULT("after-plan-chunk");
	}
	return got;
}

/* What an earlier run left on the wire: in doubt from now on. */
static int
recover(struct run *r)
{
	int64_t n = 0, again = 0;
	bool resend = r->o->publication->settings.send.in_doubt == SETTINGS_RESEND;

	if (db_begin(r->db, r->e) < 0 ||
		delivery_doubt(r->db, r->issue->id, clock_now(), &n, r->e) < 0 ||
		(resend && delivery_requeue_doubt(r->db, r->issue->id, clock_now(), &again, r->e) <
				   0) ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	if (n)
		log_warn("%lld were on the wire when the last run ended: in doubt%s", (long long)n,
			resend ? ", and sent again" : "; see 'morningpost resolve'");
	return 0;
}

static int
expire(struct run *r, int64_t *n)
{
	if (db_begin(r->db, r->e) < 0 ||
		delivery_expire(r->db, r->issue->id, clock_now(), n, r->e) < 0 ||
		issue_set_state(r->db, r->issue->id, ISSUE_STALE, (struct str){ 0 }, clock_now(),
			r->e) < 0 ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	return 0;
}

static enum deliver_end
ending(const struct run *r, const int64_t counts[DELIVERY_STATES])
{
	bool resend = r->o->publication->settings.send.in_doubt == SETTINGS_RESEND;
	int64_t left = counts[DELIVERY_QUEUED] + counts[DELIVERY_DEFERRED] +
		       counts[DELIVERY_SENDING] + (resend ? counts[DELIVERY_IN_DOUBT] : 0);

	if (left == 0)
		return DELIVER_DONE;
	if (r->policy_stop || (r->refused && !r->draining))
		return DELIVER_REFUSED;
	if (r->draining || (r->o->most && r->taken >= r->o->most))
		return DELIVER_INTERRUPTED;
	return counts[DELIVERY_QUEUED] && !r->reached ? DELIVER_UNREACHABLE : DELIVER_LEFT;
}

static int
finish(struct run *r)
{
	int64_t counts[DELIVERY_STATES], expired = 0;
	bool stale = !r->o->force && clock_now() > r->issue->last_moment;

	if (delivery_counts(r->db, r->issue->id, counts, r->e) < 0)
		return -1;
	if (stale && counts[DELIVERY_QUEUED] + counts[DELIVERY_DEFERRED] > 0) {
		if (expire(r, &expired) < 0)
			return -1;
		r->out->end = DELIVER_STALE;
		snprintf(r->out->why, sizeof r->out->why,
			"the issue's last moment is past: %lld were not served",
			(long long)expired);
		return 0;
	}
	r->out->end = ending(r, counts);
	if (r->disk_full && r->out->end != DELIVER_DONE) {
		r->out->end = DELIVER_REFUSED;
		r->out->code = ERR_IO;
		snprintf(r->out->why, sizeof r->out->why,
			"the disk is full: what was under way is recorded, the rest stays queued; "
			"make room and run this again");
	}
	if (r->policy_stop)
		r->out->code = ERR_UNAVAILABLE;
	if (r->out->end != DELIVER_DONE || r->issue->state == ISSUE_SENT)
		return 0;
	if (db_begin(r->db, r->e) < 0 ||
		issue_set_state(r->db, r->issue->id, ISSUE_SENT, (struct str){ 0 }, clock_now(),
			r->e) < 0 ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	return 0;
}

static void
init_domains(struct run *r)
{
	const struct settings *s = &r->o->publication->settings;

	r->domains = mem_alloc((s->domain_count + 1) * sizeof *r->domains);
	for (size_t i = 0; i < s->domain_count; i++) {
		r->domains[i] = (struct domain_pace){ 0 };
		pace_init(&r->domains[i].pace, s->domains[i].rate.count, s->domains[i].rate.span,
			clock_now());
	}
}

static void
free_run(struct run *r)
{
	for (size_t i = 0; i < HANDS; i++)
		while (r->hands[i])
			free_hand(r, r->hands[i]);
	for (size_t i = 0; i < r->later_count; i++)
		free(r->later[i]);
	for (size_t i = 0; i < r->edition_count; i++)
		arena_free(&r->editions[i].arena);
	arena_free(&r->batch_arena);
	free(r->domains);
	free(r);
}

static int
carry(struct run *r)
{
	int64_t counts[DELIVERY_STATES];
	int status;

	if (r->issue->state == ISSUE_PLANNING && plan(r) < 0)
		return -1;
	if (r->issue->state == ISSUE_PLANNING) {
		r->out->end = DELIVER_INTERRUPTED;
		return 0;
	}
	if (reserve_take(&r->reserve, r->o->publication->dir, r->e) < 0)
		return -1;
	if (recover(r) < 0 || delivery_counts(r->db, r->issue->id, counts, r->e) < 0)
		return -1;
	for (int i = 0; i < DELIVERY_STATES; i++)
		r->progress.planned += counts[i];
	r->progress.done =
		r->progress.planned - counts[DELIVERY_QUEUED] - counts[DELIVERY_DEFERRED];
	r->progress.started = r->began;
	status = run_loop(r);
	r->refused = all_refused(r);
	if (status == 0)
		relay_quit(r->relays.loop);
	tell(r, true);
	return status < 0 ? -1 : finish(r);
}

int
deliver_issue(struct db *db, struct issue *issue, const struct deliver_options *o,
	struct deliver_result *out, struct err *e)
{
	struct run *r = mem_alloc(sizeof *r);
	int status;

	memset(r, 0, sizeof *r);
	*out = (struct deliver_result){ .code = ERR_UNAVAILABLE };
	r->db = db;
	r->issue = issue;
	r->o = o;
	r->out = out;
	r->e = e;
	r->began = clock_steady();
	init_domains(r);
	status = relays_open(o->publication, &r->relays, e);
	if (status == 0) {
		status = carry(r);
		relays_close(&r->relays);
	}
	reserve_give(&r->reserve);
	free_run(r);
	return status;
}
