/* words.h: what readers are told, in the publication's language: templates/words-en.yaml and its
 * translations. */
#ifndef SETTINGS_WORDS_H
#define SETTINGS_WORDS_H

#include "base/clock.h"
#include "base/template.h"

/*
 * A file of words is a flat map: `leave_title: "Unsubscribe"`. publication.language chooses it by
 * its first part ("de-AT" has words-de.yaml). A word comes from the publication's own
 * templates/words-LANGUAGE.yaml, else from the built-in file of that language, else from the
 * English one; so an own file may have just the few that it changes.
 *
 * Templates write a plain word as {{words.leave_title}}. One with values in it ("The address {{who}} has
 * left") is a little template, and they write it as {{> words.leave_asks}}: it is rendered where it
 * stands, with the values that are in sight there, escaped for that place.
 */
enum { WORDS_FILES = 3 };

struct words {
	const char *language;                  /* what the words are in: "de" */
	const struct yaml *files[WORDS_FILES]; /* the first one that has a word has it */
	size_t count;
	struct value *value;
};

/* `dir` is the publication's folder. They live in the arena. ERR_DATA: a file is no flat map of
 * texts. */
int words_load(int dir, const char *language, struct arena *a, struct words *out, struct err *e);

/* What templates are given as `words`. */
struct value *words_value(const struct words *w);

/* For a template_partial_fn: 1 the text of {{> words.key}}, 0 the name is not one of words, -1 there
 * is no such word. */
int words_partial(const struct words *w, struct str name, struct str *text, struct err *e);

/* A word of the built-in files; it is there (asserted). */
struct str words_get(const struct words *w, const char *key);

/* The word key.one for 1, key.other for the rest, with the number in place of {{n}}. */
struct str words_count(const struct words *w, const char *key, uint64_t n, struct arena *a);

/* "Saturday, 14 February 2026", "Samstag, 14. Februar 2026". */
struct str words_date(const struct words *w, struct day day, struct arena *a);

#endif
