/* reader.h: a map of the settings' YAML, read into a struct by the table of its keys. */
#ifndef SETTINGS_READER_H
#define SETTINGS_READER_H

#include <stddef.h>

#include "base/yaml.h"
#include "settings/settings.h"

struct reader {
	const char *name; /* of the file, for errors */
	struct arena *a;
	struct settings *out;
	struct err *e;
};

/* What a value must look like. Each kind has one reader below. */
enum kind {
	TEXT,        /* one line, clean */
	LINES,       /* several lines, each clean */
	WEB_URL,     /* https://..., http://... */
	SITE_URL,    /* the same without a query or a slash at its end: paths are put behind it */
	RELAY_URL,   /* smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH */
	MAILBOX_URL, /* pop3://HOST:PORT, pop3s:, imap://HOST:PORT/FOLDER, imaps: */
	MAILBOX,     /* an address with or without a name in front */
	ADDRESS,
	HOST, /* a domain name */
	ZONE,
	PATH,
	COUNT, /* a whole number from 1 to `most` */
	SPAN,  /* of time, and not nothing */
	STAY,  /* a span that may be 0s */
	RATE,
	SHARE,    /* a percentage */
	MINUTE,   /* "11:00" */
	WORD,     /* one of `words`: an enum */
	FLAG,     /* one of two words: the second is true */
	LISTEN,   /* HOST:PORT */
	NETWORKS, /* a list of addresses and networks */
	NAMES,    /* a list of names: letters, digits, dots and dashes */
	MAP,      /* members below it */
	LIST,     /* a list of maps */
	NAMED,    /* a map whose keys are names */
};

/* A list or a map that is read in a way of its own. */
typedef int key_reader(const struct reader *r, const struct yaml *y);

/* One key. */
struct key {
	const char *name;
	enum kind kind;
	size_t to;         /* where in its struct the value goes, or NONE */
	const char *words; /* WORD: "a|b|c"; the place in it is the value */
	uint64_t most;
	/* Of a map, or of each map of a list; a row without a name ends them. */
	const struct key *members;
	key_reader *read; /* LIST, NAMED; NULL: it is checked, and goes nowhere */
};

/* Keys that later parts of the program read: they are checked all the same. */
#define NONE SIZE_MAX
#define AT(type, member) offsetof(struct type, member)

/*
 * Read a map into the struct at `base` (NULL: it is only checked). `prefix` is its path with a dot
 * behind it, or empty. A key without a value keeps its default. ERR_CONFIG, with the line and what
 * belongs there.
 */
int reader_map(const struct reader *r, const struct yaml *y, const char *prefix,
	const struct key *keys, void *base);

/* "name:line: path: 'value' is not WANTED" */
int reader_refuse(
	const struct reader *r, const struct yaml *y, const char *path, const char *wanted);

/* What was found, as a short piece of one line. */
const char *reader_found(const struct reader *r, const struct yaml *y);

char *reader_copy(const struct reader *r, struct str s);

/* A domain as A-labels, by the same policy as in addresses; NULL: it is none. */
char *reader_domain(const struct reader *r, struct str s);

#endif
