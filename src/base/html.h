/* html.h: HTML cut into tags and texts, as a browser would cut it. Pure. */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum html_kind { HTML_TEXT, HTML_OPEN, HTML_CLOSE };

/* Borrowed from the HTML, as it stands there. */
struct html_piece {
	enum html_kind kind;
	struct str name;       /* of a tag */
	struct str attributes; /* of an opening tag: for html_attribute */
	struct str text;       /* of a text: html_decode makes characters of it; never empty */
	bool closed;           /* an opening tag that ends in "/>" */
};

/* Take the next piece of *rest. False at the end. What is no HTML is cut somehow and in linear time;
 * comments (Outlook's too), declarations and a tag that nothing ends are passed over. */
bool html_next(struct str *rest, struct html_piece *out);

/* Take what stands up to the closing tag of an element whose content is no HTML (style, script):
 * for behind its opening tag. */
struct str html_raw(struct str *rest, struct str name);

/* Does an element of that name have no content and no closing tag (br, img)? */
bool html_is_void(struct str name);

/* Take the next attribute of *rest; the value is as it stands there, empty where it has none. */
bool html_attribute(struct str *rest, struct str *name, struct str *value);

/* With characters in place of the references to them that we know; the str itself where there are
 * none. */
struct str html_decode(struct str s, struct arena *a);

/* Is the name one of these, separated by single blanks? In any case. */
bool html_is_one_of(struct str name, const char *words);

/* Blanks, tabs, CR, LF and FF. */
bool html_is_blank(char c);

#endif
