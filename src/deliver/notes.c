#include "deliver/notes.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "deliver/notes_round.h"
#include "mail/address.h"
#include "settings/signers.h"
#include "store/edition.h"
#include "store/relay.h"

/* A relay that hangs up is left alone for a second, then for two: so long a run waits for it. */
#define PATIENCE (3 * CLOCK_SECOND)
#define QUIT_TIME (5 * CLOCK_SECOND)

/* -- letters ---------------------------------------------------------------------------------- */

static int
load_letter(struct notes_round *r, int64_t edition, struct note_letter *out, struct err *e)
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

int
notes_letter(struct notes_round *r, int64_t edition, struct note_letter **out, struct err *e)
{
	*out = NULL;
	for (size_t i = 0; i < r->letter_count; i++)
		if (r->letters[i].edition == edition)
			*out = &r->letters[i];
	if (*out || r->letter_count == NOTES_LETTERS)
		return 0;
	*out = &r->letters[r->letter_count++];
	return load_letter(r, edition, *out, e);
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
put_down_hands(struct notes_round *r)
{
	for (size_t i = 0; i < r->count; i++) {
		r->unserved = r->unserved || !r->hands[i].settled;
		arena_free(&r->hands[i].arena);
	}
	r->count = 0;
}

/* Whose it is, and whether it can go at all. 1 it is in hand, 0 it is left alone. */
static int
take_in_hand(struct notes_round *r, const struct owed *o, int64_t now)
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
		notes_settle(h, DELIVERY_SKIPPED, "");
	else if (may > 0 && !address_is_envelope(h->to)) {
		r->out->failed++;
		notes_settle(h, DELIVERY_FAILED, "not an address that may go into an envelope");
	}
	return may < 0 ? -1 : 1;
}

/* 1 there are some in hand, 0 there are no more. */
static int
read_hands(struct notes_round *r)
{
	int64_t now = clock_now();
	struct owed rows[NOTES_HANDS];
	struct arena a = { 0 };
	size_t n;
	int status = owed_take(r->db, now, resend_after(r->o->publication), r->after, NOTES_HANDS,
		&a, rows, &n, r->e);

	for (size_t i = 0; i < n && status >= 0; i++) {
		r->after = rows[i].id;
		status = take_in_hand(r, &rows[i], now);
	}
	arena_free(&a);
	return status < 0 ? -1 : n > 0;
}

/* Rates are shared with the sender through the database. */
static int
resume_paces(struct notes_round *r)
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
keep_pace(struct notes_round *r, size_t i)
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
keep_paces(struct notes_round *r)
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
recover(struct notes_round *r)
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
end(struct notes_round *r)
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
carry(struct notes_round *r)
{
	int got, status = 0;

	if (recover(r) < 0 || resume_paces(r) < 0)
		return -1;
	r->patience = clock_steady() + PATIENCE;
	while (status == 0 && !r->draining && (got = read_hands(r)) != 0) {
		status = got < 0 ? -1 : notes_carry(r);
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
	struct notes_round *r = mem_alloc(sizeof *r);
	int status;

	*r = (struct notes_round){ .db = db, .o = o, .out = out, .e = e };
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

int
notes_ready(const struct publication *p, struct err *e)
{
	struct seal_signers signers = { 0 };
	struct relays relays;
	int status = signers_load(p, &signers, e);

	if (status == 0)
		status = relays_open(p, &relays, e);
	if (status == 0)
		relays_close(&relays);
	signers_free(&signers);
	return status;
}
