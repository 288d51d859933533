/* reprint.h: an issue's HTML made fit for a page that everybody may read (RELIABILITY W8). Pure. */
#ifndef WEB_REPRINT_H
#define WEB_REPRINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* A picture that came with the issue. */
struct reprint_picture {
	struct str content_id; /* "cid:" and this in the HTML */
	struct str path;       /* what the page calls it */
};

struct reprint_source {
	struct str html;   /* of a message that was filled for nobody */
	struct str nobody; /* what stands where a reader's own token would */
	struct str here;   /* the page's own address: links to it are of no use on it */
	const struct reprint_picture *pictures;
	size_t picture_count;
	struct str picture_word; /* for a picture elsewhere that has no words */
	bool plain;              /* for feed readers: see below */
};

/*
 * Append what stands in the <body>, and to `style` the rules of the <style> elements. What comes out is
 * balanced, whatever came in: it closes what it opens, and no more. Elements and attributes that only
 * show something stay, by a list; scripts, forms, frames and what they hold go. A picture elsewhere
 * becomes a link to it. A reader's own links go: with their words where they stand alone, else the words
 * stay. Rules that could load something from elsewhere go as a whole.
 *
 * `plain` is for programs that have a look of their own: headings, paragraphs, lists, links, pictures and
 * tables of data, without styles and without the tables that only lay out. It begins at the first heading
 * of the second rank and ends before the part with a reader's own links: what is between is what was
 * written for that day, what is around it stands in every issue.
 */
void reprint(const struct reprint_source *from, struct buf *style, struct buf *out);

#endif
