/* compose/edition.h: from an issue file to a frozen letter: the one road that preview, send and the
 * archive share. */
#ifndef COMPOSE_EDITION_H
#define COMPOSE_EDITION_H

#include "base/clock.h"
#include "base/sign.h"
#include "compose/blocks.h"
#include "compose/front.h"
#include "compose/markdown.h"
#include "mail/letter.h"
#include "mail/mime.h"
#include "settings/publication.h"
#include "store/approval.h"

/* What was made of an issue file. Everything lives in the arena. */
struct composed {
	struct letter letter;
	char hash[SIGN_HEX];
	struct front front;
	struct markdown markdown;            /* its faults are what `check` reports */
	struct str subject;                  /* as it goes out */
	struct str html, text;               /* before encoding, with marks */
	const struct mime_picture *pictures; /* that the HTML refers to by cid: */
	size_t picture_count, picture_bytes;
	struct shown *shown; /* what its data blocks show, for the rules across issues */
	size_t shown_count;
	struct block_note *notes;
	size_t note_count;
	/* What could be made, where edition_look met trouble: a title and a summary; markdown; html and
	 * text. */
	bool has_front, has_body, has_parts;
};

struct edition_options {
	bool test;                       /* a test copy: its subject begins "[Test] " */
	const struct figures *figures;   /* what is known on that day; NULL: nothing */
	const struct approval *approval; /* the newest of that day, for check_run; NULL: none */
	struct str edition_hash;         /* a test copy: of the edition that it is a copy of */
	bool unedited; /* as `draft` wrote it: with daily.unedited: send, prompts are left out */
	bool sample;   /* as `init` wrote it: for check_run */
};

/*
 * Read issues/DAY.md and the templates of the publication, render and freeze. Changes no state, and
 * the same input gives the same hash. Errors name file and line: ERR_NOINPUT without an issue,
 * ERR_DATA when it cannot be composed.
 */
int edition_compose(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, struct composed *out, struct err *e);

/*
 * The same, as far as it leads: what would stop it is noted in t and passed over, so that the rest can be
 * looked at. 0, and then out->letter is there only when nothing was noted; -1 for what is no fault of the
 * issue or the templates.
 */
int edition_look(const struct publication *p, struct day day, const struct edition_options *o,
	struct troubles *t, struct arena *a, struct composed *out, struct err *e);

/* A hash of the words and of the letter that they make without the day's figures: those may
 * come in later, and who has not changed a word has not changed the issue. */
int edition_bare_hash(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, char out[static SIGN_HEX], struct err *e);

/*
 * --format html|text: what edition_compose made, with these values in the places of the marks. A
 * browser does not know what cid: is: see cid_rewrite.
 */
void edition_put_values(
	struct str marked, const struct letter_values *v, bool html, struct buf *out);

#endif
