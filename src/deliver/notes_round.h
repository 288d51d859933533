/* notes_round.h: one round of notes, as the files of this folder share it. Nobody outside deliver/ sees
 * it. */
#ifndef DELIVER_NOTES_ROUND_H
#define DELIVER_NOTES_ROUND_H

#include "deliver/notes_hand.h"
#include "deliver/relays.h"

/*
 * Notes are few and nobody waits for the thousandth: where an issue has threads and batches under
 * way (turn.c), here one thread takes a handful at a time, and each turn of the loop is one
 * transaction.
 */
enum { NOTES_HANDS = 64, NOTES_LETTERS = 16 };

struct note_letter {
	int64_t edition;
	struct letter letter;
	struct seal *seal;
};

struct notes_round {
	struct db *db;
	const struct notes_options *o;
	struct deliver_result *out;
	struct err *e;
	struct relays relays;
	struct seal_signers signers;
	struct note_letter letters[NOTES_LETTERS];
	size_t letter_count;
	struct arena arena; /* of the letters */
	struct note_hand hands[NOTES_HANDS];
	size_t count;
	int64_t after;    /* the last row that was read */
	int64_t patience; /* until then a relay that rests is waited for */
	bool unserved;    /* some were left as no relay took them */
	bool draining;
	int64_t drained_by;
};

/* -- notes.c */
/* The letter of an edition; NULL: there is no place for another one in this round. */
int notes_letter(struct notes_round *r, int64_t edition, struct note_letter **out, struct err *e);

/* -- notes_verdict.c */
/* What a relay has; of one that was withdrawn nothing more is heard: NULL. */
struct note_hand *notes_find(struct notes_round *r, uint64_t id);
/* What a relay said, or did, into the outcome of the note that it is about. */
void notes_take_event(struct notes_round *r, const struct relay_event *ev);
/* An outcome of our own, in words. */
void notes_settle(struct note_hand *h, enum delivery_state to, const char *why);

/* -- notes_offer.c */
/* Hand over as many as there is room and pace for; *until: when more may be. */
int notes_offer(struct notes_round *r, int64_t *until);

/* -- notes_turn.c */
/* Carry those in hand to their outcomes. */
int notes_carry(struct notes_round *r);

#endif
