/* notes_hand.h: one note in hand: whose it is, whether they may have it, and their copy of it. */
#ifndef DELIVER_NOTES_HAND_H
#define DELIVER_NOTES_HAND_H

#include "deliver/notes.h"
#include "mail/seal.h"
#include "mail/verp.h"
#include "store/subscriber.h"

struct note_hand {
	struct owed owed;
	struct subscriber who;
	struct str to; /* envelope form */
	bool smtputf8;
	bool offered;  /* a relay has it */
	bool due;      /* it waits for nothing but to be marked */
	bool may_go;   /* what came of that, until it is committed */
	bool marked;   /* `sending` is committed */
	bool settled;  /* the outcome is known */
	bool recorded; /* and committed */
	int tries;     /* connections that ended under it */
	size_t relay;
	struct delivery_outcome outcome;
	struct arena arena; /* all of the above lives there */
};

/*
 * Read whose it is, and decide whether they may have it now: 1 they may, 0 not (any more). A "please
 * confirm" goes to who has not confirmed, or who left and asked again since; "you have left" to who
 * has left; nothing to who bounced, complained or is suppressed, and nothing whose link would not
 * work any more.
 */
int note_hand_look(
	struct note_hand *h, struct db *db, const struct keys *keys, int64_t now, struct err *e);

/* Their copy. -1 (ERR_DATA): it cannot be made. */
int note_hand_fill(const struct note_hand *h, const struct notes_options *o,
	const struct seal *seal, struct splice **out, struct err *e);

/* Whom its bounces come back to: VERP with the number 0. */
struct str note_hand_sender(
	const struct note_hand *h, const struct notes_options *o, char verp[static VERP_MAX + 1]);

#endif
