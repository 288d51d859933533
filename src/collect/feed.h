/* feed.h: libxml2's door: what stands in an RSS or Atom feed. Pure: no DTD, no entities, no files,
 * no network. */
#ifndef COLLECT_FEED_H
#define COLLECT_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
	FEED_ITEMS = 500,      /* kept; the newest stand first */
	FEED_DEPTH = 64,       /* elements within elements */
	FEED_NODES = 200000,   /* elements in all */
	FEED_FIELD = 64 << 10, /* octets of one text; what is more is cut off */
	FEED_TITLE = 300,      /* columns that are kept */
	FEED_NOTE = 600,
	FEED_AUTHORS = 20,
	FEED_URL = 2000,
};

/* Texts are plain and clean (plain.h); empty: not there. */
struct feed_item {
	struct str id; /* guid or id as it stands, else the link */
	struct str title;
	struct str url;    /* absolute, http or https; empty: none that is fit for a link */
	struct str note;   /* description or summary */
	struct str source; /* RSS's source, of feeds that gather others */
	struct str category;
	struct str authors[FEED_AUTHORS];
	size_t author_count;
	int64_t at; /* microseconds; 0: not known */
};

struct feed {
	struct feed_item *items;
	size_t count;
	bool cut; /* there were more */
};

/*
 * Read RSS 0.9x, 1.0, 2.0 or Atom. Relative links count from xml:base, or from `url`, where the
 * feed was found. Everything lives in the arena. ERR_DATA: it is not well-formed, has a document
 * type, is too deep or too long, or is no feed.
 */
int feed_parse(struct str bytes, struct str url, struct arena *a, struct feed *out, struct err *e);

/* The items as a JSON array, as the views feed_row and arxiv_row read them; `source` is the
 * feed's name, for items that name none. */
struct str feed_json(const struct feed *f, struct str source, struct arena *a);

/* A link as it stands there, made absolute and fit for an href; empty when it cannot be: no http
 * or https, a user in it, a host that is not ASCII, too long. */
struct str feed_link(struct str base, struct str link, struct arena *a);

#endif
