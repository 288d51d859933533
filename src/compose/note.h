/* compose/note.h: the letter of a kind of notes: mail to one person outside the issues, made once and
 * filled for each. */
#ifndef COMPOSE_NOTE_H
#define COMPOSE_NOTE_H

#include "base/sign.h"
#include "mail/letter.h"
#include "settings/publication.h"

struct note {
	struct letter letter;
	char hash[SIGN_HEX];
	struct str subject;
	struct str html, text; /* before encoding, with marks */
};

/*
 * Render templates/note-KIND.html and .txt and freeze them; kind is one of the words of the table
 * `owed`. The subject is the word note_KIND_subject. The same templates, words and settings give
 * the same hash. Everything lives in the arena. ERR_DATA: a template is bad.
 *
 * Templates are given publication, language, direction, words, theme, title (the subject),
 * subscriber.email (the address that it goes to), and link.confirm (/c/: does what the note is
 * about), link.return (/r/), link.preferences and link.unsubscribe. There is no name: of what a
 * stranger may have put into a form nothing goes into somebody's mail (RELIABILITY O4).
 */
int note_compose(const struct publication *p, const char *kind, struct arena *a, struct note *out,
	struct err *e);

#endif
