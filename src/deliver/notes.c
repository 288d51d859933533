#include "deliver/notes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "deliver/notes_hand.h"
#include "deliver/relays.h"
#include "deliver/retry.h"
#include "mail/address.h"
#include "settings/signers.h"
#include "store/edition.h"
#include "store/relay.h"

/*
 * Notes are few and nobody waits for the thousandth: where an issue has threads and batches under
 * way (turn.c), here one thread takes a handful at a time, and each turn of the loop is one
 * transaction.
 */
enum {
	HANDS = 64,
	LETTERS = 16,
	EVENTS = 64,
	BUSY_TRIES = 24, /* times the database's own patience of five seconds */
	TRIES = 2,       /* connections that may end under one note before it is put off */
};

/* A relay that hangs up is left alone for a second, then for two: so long a run waits for it. */
#define PATIENCE (3 * CLOCK_SECOND)

#define DRAIN_TIME (30 * CLOCK_SECOND)
#define QUIT_TIME (5 * CLOCK_SECOND)

struct note_letter {
	int64_t edition;
	struct letter letter;
	struct seal *seal;
};

struct round {
	struct db *db;
	const struct notes_options *o;
	struct deliver_result *out;
	struct err *e;
	struct relays relays;
	struct seal_signers signers;
	struct note_letter letters[LETTERS];
	size_t letter_count;
	struct arena arena; /* of the letters */
	struct note_hand hands[HANDS];
	size_t count;
	int64_t after;    /* the last row that was read */
	int64_t patience; /* until then a relay that rests is waited for */
	bool unserved;    /* some were left as no relay took them */
	bool draining;
	int64_t drained_by;
};

/* -- letters ---------------------------------------------------------------------------------- */

static int
load_letter(struct round *r, int64_t edition, struct note_letter *out, struct err *e)
{
	struct edition ed;
	int got = edition_get(r->db, edition, &r->arena, &ed, e);

	if (got <= 0)
		return got < 0 ? -1
			       : err_set(e, ERR_CONFIG,
					 "the database has lost edition %lld; restore a backup",
					 (long long)edition);
	out->edition = edition;
	return letter_freeze(ed.bytes, &r->arena, &out->letter, e) < 0 ||
			       seal_new(&r->signers, &out->letter, &out->seal, e) < 0
		       ? err_wrap(e, "edition %lld in the database", (long long)edition)
		       : 0;
}

/* NULL: there is no place for another one in this round. */
static int
find_letter(struct round *r, int64_t edition, struct note_letter **out, struct err *e)
{
	*out = NULL;
	for (size_t i = 0; i < r->letter_count; i++)
		if (r->letters[i].edition == edition)
			*out = &r->letters[i];
	if (*out || r->letter_count == LETTERS)
		return 0;
	*out = &r->letters[r->letter_count++];
	return load_letter(r, edition, *out, e);
}

/* -- what came of one ------------------------------------------------------------------------- */

static void
settle(struct note_hand *h, enum delivery_state to, int64_t next_at, const struct reply *reply)
{
	char status[16] = "";

	if (reply->class)
		snprintf(status, sizeof status, "%d.%d.%d", reply->class, reply->subject % 1000,
			reply->detail % 1000);
	h->settled = true;
	h->outcome.to = to;
	h->outcome.next_at = next_at;
	h->outcome.code = reply->code;
	h->outcome.status = arena_str(&h->arena, str_of(status));
	h->outcome.words = arena_str(&h->arena, str_of(reply->text));
}

static void
settle_in_words(struct note_hand *h, enum delivery_state to, const char *why)
{
	struct reply reply = { 0 };

	log_escape(str_of(why), reply.text, sizeof reply.text);
	settle(h, to, 0, &reply);
}

/* Until its link would not work any more; then it has failed as expired. */
static void
defer(struct round *r, struct note_hand *h, const struct reply *reply)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	const struct retry_rule rule = { .first = s->retry_first,
		.life = s->retry_for,
		.last_moment = owed_expiry(h->owed.kind, h->owed.owed_at) * CLOCK_SECOND };
	struct reply expired = *reply;
	uint32_t dice;
	int64_t next;

	sign_random(&dice, sizeof dice);
	if (retry_next(&rule, h->owed.owed_at, h->owed.attempts + 1 - h->owed.doubts, dice % 1000,
		    clock_now(), &next)) {
		r->out->deferred++;
		settle(h, DELIVERY_DEFERRED, next, reply);
		return;
	}
	snprintf(expired.text, sizeof expired.text, "expired: %.900s", reply->text);
	r->out->failed++;
	settle(h, DELIVERY_FAILED, 0, &expired);
}

/* Nobody has it: another relay may, or this one on a new connection. */
static void
try_again(struct note_hand *h, const struct reply *reply)
{
	h->offered = h->due = false;
	if (h->marked)
		settle(h, DELIVERY_QUEUED, 0, reply);
}

static void
take_reply(struct round *r, struct note_hand *h, const struct relay_event *ev)
{
	/* Another relay may offer SMTPUTF8, or none: that is for choose to say. */
	if (h->smtputf8 && !h->marked && !relay_takes_smtputf8(ev->relay)) {
		try_again(h, &ev->reply);
		return;
	}
	switch (reply_judge(ev->phase, &ev->reply)) {
	case REPLY_ACCEPTED:
		r->out->sent++;
		settle(h, DELIVERY_SENT, 0, &ev->reply);
		break;
	case REPLY_SLOW_DOWN:
	case REPLY_DEFER:
		defer(r, h, &ev->reply);
		break;
	case REPLY_FAIL_RCPT:
	case REPLY_FAIL_SOFT:
	case REPLY_FAIL_POLICY:
		r->out->failed++;
		settle(h, DELIVERY_FAILED, 0, &ev->reply);
		break;
	case REPLY_ABORT:
		relay_refuse(ev->relay, ERR_UNAVAILABLE, ev->reply.text);
		try_again(h, &ev->reply);
		break;
	}
}

static void
take_loss(struct round *r, struct note_hand *h, const struct relay_event *ev)
{
	if (!ev->completed || !h->marked) {
		/* Once it is the connection's fault; twice, and the note may be what ends it. */
		if (ev->begun && ++h->tries >= TRIES)
			defer(r, h, &ev->reply);
		else
			try_again(h, &ev->reply);
		return;
	}
	r->out->doubted++;
	log_info("in doubt: note %lld: %s", (long long)h->owed.id, ev->reply.text);
	settle(h, DELIVERY_IN_DOUBT, 0, &ev->reply);
}

/* What a relay has; of one that was withdrawn nothing more is heard. */
static struct note_hand *
find_hand(struct round *r, uint64_t id)
{
	for (size_t i = 0; i < r->count; i++)
		if ((uint64_t)r->hands[i].owed.id == id && r->hands[i].offered &&
			!r->hands[i].settled)
			return &r->hands[i];
	return NULL;
}

static void
take_event(struct round *r, const struct relay_event *ev)
{
	struct note_hand *h;

	if (ev->kind == RELAY_REFUSED || ev->kind == RELAY_DOWN) {
		snprintf(r->out->why, sizeof r->out->why, "relay %.200s: %.700s",
			relay_name(ev->relay), ev->reply.text);
		if (ev->kind == RELAY_REFUSED)
			r->out->code = ev->code;
		return;
	}
	h = find_hand(r, ev->id);
	if (h && ev->kind == RELAY_REPLIED)
		take_reply(r, h, ev);
	else if (h)
		take_loss(r, h, ev);
}

/* -- offering --------------------------------------------------------------------------------- */

enum choice { GOES, WAITS, CANNOT_GO };

/* The first relay that takes it now. When there is none: *until it may be asked again. */
static enum choice
choose(const struct round *r, const struct note_hand *h, size_t *out, int64_t *until)
{
	int64_t now = clock_steady();
	bool possible = false;

	for (size_t i = 0; i < r->relays.count; i++) {
		const struct relay *relay = r->relays.relay[i];
		int64_t next = pace_next(&r->relays.pace[i], now);

		if (h->smtputf8 && !relay_takes_smtputf8(relay))
			continue;
		possible = true;
		*out = i;
		if (relay_room(relay) && next <= now)
			return GOES;
		if (relay_rests_until(relay))
			next = relay_rests_until(relay);
		else if (!relay_room(relay))
			continue;
		if (next < *until && (!relay_rests_until(relay) || next <= r->patience))
			*until = next;
	}
	return possible ? WAITS : CANNOT_GO;
}

static int
hand_over(struct round *r, struct note_hand *h, size_t relay)
{
	struct relay_message m = {
		.id = (uint64_t)h->owed.id, .to = h->to, .smtputf8 = h->smtputf8
	};
	char verp[VERP_MAX + 1];
	struct note_letter *letter;
	struct err e;

	if (find_letter(r, h->owed.edition_id, &letter, r->e) < 0)
		return -1;
	if (!letter) /* the next round has room for it */
		return 0;
	if (note_hand_fill(h, r->o, letter->seal, &m.body, &e) < 0) {
		r->out->failed++;
		settle_in_words(h, DELIVERY_FAILED, e.text);
		return 0;
	}
	m.from = note_hand_sender(h, r->o, verp);
	h->relay = relay;
	h->outcome.relay = relay_name(r->relays.relay[relay]);
	h->offered = true;
	pace_take(&r->relays.pace[relay], clock_steady());
	relay_offer(r->relays.relay[relay], &m);
	return 0;
}

static int
offer(struct round *r, int64_t *until)
{
	for (size_t i = 0; i < r->count && !r->draining; i++) {
		struct note_hand *h = &r->hands[i];
		size_t relay;

		if (h->offered || h->settled)
			continue;
		switch (choose(r, h, &relay, until)) {
		case GOES:
			if (hand_over(r, h, relay) < 0)
				return -1;
			break;
		case WAITS:
			break;
		case CANNOT_GO:
			r->out->failed++;
			settle_in_words(h, DELIVERY_FAILED,
				"the address needs SMTPUTF8, which no relay offers");
			break;
		}
	}
	return 0;
}

/* -- the turn --------------------------------------------------------------------------------- */

static void
collect_due(struct round *r)
{
	uint64_t ids[HANDS];

	for (size_t i = 0; i < r->relays.count; i++) {
		size_t n = relay_due(r->relays.relay[i], false, ids, HANDS);

		for (size_t k = 0; k < n; k++) {
			struct note_hand *h = find_hand(r, ids[k]);

			assert(h);
			h->due = true;
		}
	}
}

static bool
has_to_write(const struct round *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->hands[i].due || (r->hands[i].settled && !r->hands[i].recorded))
			return true;
	return false;
}

/* Is it still theirs, at the address that it was made for? Then it is marked. */
static int
mark(struct round *r, struct note_hand *h, int64_t now, struct err *e)
{
	struct str to = h->to;
	int may = note_hand_look(h, r->db, r->o->keys, now, e), got = 0;

	h->may_go = false;
	if (may < 0)
		return -1;
	if (may && str_eq(to, h->to))
		got = owed_mark(r->db, h->owed.id, h->owed.edition_id, h->outcome.relay, now, e);
	h->may_go = got == 1;
	if (got < 0 || may)
		return got < 0 ? -1 : 0;
	h->outcome.to = DELIVERY_SKIPPED;
	return owed_record(r->db, h->owed.id, &h->outcome, now, e);
}

/*
 * The promise of a turn: what came is recorded and what may be completed is marked, in one commit,
 * before a byte of it is written. If it stopped half way nothing of it would have happened, and
 * nothing has been sent.
 */
static int
write_once(struct round *r, struct err *e)
{
	int64_t now = clock_now();

	if (db_begin(r->db, e) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct note_hand *h = &r->hands[i];

		if (h->settled && !h->recorded &&
			owed_record(r->db, h->owed.id, &h->outcome, now, e) < 0)
			return -1;
	}
	FAULT("note-before-mark");
	for (size_t i = 0; i < r->count; i++)
		if (r->hands[i].due && mark(r, &r->hands[i], now, e) < 0)
			return -1;
	FAULT("note-before-commit");
	return db_commit(r->db, e);
}

/* Committed: what was recorded is out of hand, or may be offered again; what was marked may go. */
static void
let_go(struct round *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct note_hand *h = &r->hands[i];
		struct relay *relay = r->relays.relay[h->relay];

		if (h->due && h->may_go) {
			h->marked = true;
			relay_clear(relay, (uint64_t)h->owed.id);
		} else if (h->due) {
			relay_withdraw(relay, (uint64_t)h->owed.id);
			h->settled = h->recorded = true;
		} else if (h->settled && h->outcome.to == DELIVERY_QUEUED) {
			h->settled = h->marked = false;
		} else if (h->settled) {
			h->recorded = true;
		}
		h->due = false;
	}
}

static int
write_turn(struct round *r)
{
	for (int tries = 0; write_once(r, r->e) < 0; tries++) {
		db_rollback(r->db);
		if (r->e->code != ERR_TEMPFAIL || tries == BUSY_TRIES)
			return -1;
		log_warn("%s; trying again", r->e->text);
	}
	FAULT("note-after-commit");
	let_go(r);
	return 0;
}

static void
begin_to_drain(struct round *r)
{
	if (r->draining || !r->o->stop || !*r->o->stop)
		return;
	r->draining = true;
	r->drained_by = clock_steady() + DRAIN_TIME;
	relay_drain(r->relays.loop);
}

/* Until `until`, or something comes. */
static void
wait(struct round *r, int64_t until)
{
	struct relay_event events[EVENTS];
	size_t n;

	if (r->draining && clock_steady() >= r->drained_by)
		relay_give_up(r->relays.loop, "the run was stopped");
	n = relay_wait(r->relays.loop, until, events, EVENTS);
	for (size_t i = 0; i < n; i++)
		take_event(r, &events[i]);
}

static bool
is_over(const struct round *r, int64_t until)
{
	return relay_in_hand(r->relays.loop) == 0 && until == INT64_MAX;
}

static int
carry_hands(struct round *r)
{
	for (;;) {
		int64_t until = INT64_MAX, second;

		begin_to_drain(r);
		if (offer(r, &until) < 0)
			return -1;
		relay_prepare(r->relays.loop);
		collect_due(r);
		/* What was cleared is made ready by the next turn, which has nothing to wait for. */
		if (has_to_write(r)) {
			if (write_turn(r) < 0)
				return -1;
			continue;
		}
		relay_write(r->relays.loop);
		if (is_over(r, until))
			return 0;
		second = clock_steady() + CLOCK_SECOND;
		wait(r, until < second ? until : second);
	}
}

/* -- rounds ----------------------------------------------------------------------------------- */

static int64_t
resend_after(const struct publication *p)
{
	const struct settings_send *s = &p->settings.send;

	return s->in_doubt == SETTINGS_RESEND ? s->retry_first : 0;
}

int
notes_due(struct db *db, const struct publication *p, int64_t now, unsigned *due, struct err *e)
{
	return owed_kinds_due(db, now, resend_after(p), due, e);
}

static void
put_down_hands(struct round *r)
{
	for (size_t i = 0; i < r->count; i++) {
		r->unserved = r->unserved || !r->hands[i].settled;
		arena_free(&r->hands[i].arena);
	}
	r->count = 0;
}

/* Whose it is, and whether it can go at all. 1 it is in hand, 0 it is left alone. */
static int
take_in_hand(struct round *r, const struct owed *o, int64_t now)
{
	struct note_hand *h = &r->hands[r->count];
	int may;

	*h = (struct note_hand){ .owed = *o };
	if (!h->owed.edition_id)
		h->owed.edition_id = r->o->editions[o->kind];
	if (!h->owed.edition_id)
		return 0;
	h->owed.email = arena_str(&h->arena, o->email);
	h->owed.detail = (struct str){ 0 };
	r->count++;
	may = note_hand_look(h, r->db, r->o->keys, now, r->e);
	if (may == 0)
		settle_in_words(h, DELIVERY_SKIPPED, "");
	else if (may > 0 && !address_is_envelope(h->to)) {
		r->out->failed++;
		settle_in_words(h, DELIVERY_FAILED, "not an address that may go into an envelope");
	}
	return may < 0 ? -1 : 1;
}

/* 1 there are some in hand, 0 there are no more. */
static int
read_hands(struct round *r)
{
	int64_t now = clock_now();
	struct owed rows[HANDS];
	struct arena a = { 0 };
	size_t n;
	int status = owed_take(
		r->db, now, resend_after(r->o->publication), r->after, HANDS, &a, rows, &n, r->e);

	for (size_t i = 0; i < n && status >= 0; i++) {
		r->after = rows[i].id;
		status = take_in_hand(r, &rows[i], now);
	}
	arena_free(&a);
	return status < 0 ? -1 : n > 0;
}

/* Rates are shared with the sender through the database. */
static int
resume_paces(struct round *r)
{
	int got = 0;

	for (size_t i = 0; i < r->relays.count && got >= 0; i++) {
		struct pace *pace = &r->relays.pace[i];
		struct peer p;

		got = peer_find(r->db, PEER_RELAY, str_of(relay_name(r->relays.relay[i])),
			&r->arena, &p, r->e);
		if (got == 1 && pace->ceiling > 0)
			pace_resume(pace, p.tokens, clock_now() - p.tokens_at, clock_steady());
	}
	return got < 0 ? -1 : 0;
}

static int
keep_pace(struct round *r, size_t i)
{
	struct str name = str_of(relay_name(r->relays.relay[i]));
	struct peer p = { .slow = 1 };

	if (r->relays.pace[i].ceiling == 0)
		return 0;
	if (peer_find(r->db, PEER_RELAY, name, &r->arena, &p, r->e) < 0)
		return -1;
	p.name = name;
	p.tokens = pace_keep(&r->relays.pace[i], 0, clock_steady());
	p.tokens_at = clock_now();
	return peer_save(r->db, PEER_RELAY, &p, r->e);
}

static int
keep_paces(struct round *r)
{
	int status = db_begin(r->db, r->e);

	for (size_t i = 0; i < r->relays.count && status == 0; i++)
		status = keep_pace(r, i);
	if (status == 0 && db_commit(r->db, r->e) == 0)
		return 0;
	db_rollback(r->db);
	return -1;
}

static int
recover(struct round *r)
{
	int64_t n;

	if (db_begin(r->db, r->e) < 0 || owed_doubt(r->db, &n, r->e) < 0 ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	if (n)
		log_warn("an earlier run was cut off: %lld notes are in doubt", (long long)n);
	return 0;
}

static int
end(struct round *r)
{
	int64_t left;

	if (owed_count_open(r->db, &left, r->e) < 0)
		return -1;
	r->out->end = r->draining   ? DELIVER_INTERRUPTED
		      : r->unserved ? DELIVER_UNREACHABLE
		      : left        ? DELIVER_LEFT
				    : DELIVER_DONE;
	return 0;
}

static int
carry(struct round *r)
{
	int got, status = 0;

	if (recover(r) < 0 || resume_paces(r) < 0)
		return -1;
	r->patience = clock_steady() + PATIENCE;
	while (status == 0 && !r->draining && (got = read_hands(r)) != 0) {
		status = got < 0 ? -1 : carry_hands(r);
		put_down_hands(r);
	}
	put_down_hands(r);
	relay_quit(r->relays.loop, QUIT_TIME);
	if (status == 0)
		status = keep_paces(r);
	return status < 0 ? -1 : end(r);
}

int
notes_deliver(
	struct db *db, const struct notes_options *o, struct deliver_result *out, struct err *e)
{
	struct round *r = mem_alloc(sizeof *r);
	int status;

	*r = (struct round){ .db = db, .o = o, .out = out, .e = e };
	*out = (struct deliver_result){ .code = ERR_UNAVAILABLE };
	status = signers_load(o->publication, &r->signers, e);
	if (status == 0)
		status = relays_open(o->publication, &r->relays, e);
	if (status == 0) {
		status = carry(r);
		relays_close(&r->relays);
	}
	for (size_t i = 0; i < r->letter_count; i++)
		seal_free(r->letters[i].seal);
	signers_free(&r->signers);
	arena_free(&r->arena);
	free(r);
	return status;
}
