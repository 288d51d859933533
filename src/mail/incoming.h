/* incoming.h: GMime's door: a stranger's message taken apart, as far as it can be. Nothing in it is
 * believed, opened or followed. */
#ifndef MAIL_INCOMING_H
#define MAIL_INCOMING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum incoming_kind {
	INCOMING_TEXT,     /* for people; HTML has lost its tags */
	INCOMING_STATUS,   /* message/delivery-status and its like */
	INCOMING_RECEIPT,  /* message/disposition-notification */
	INCOMING_FEEDBACK, /* message/feedback-report */
	INCOMING_RETURNED, /* the header of the message that came back, or all that there is of it */
};

/* UTF-8 with LF line ends, whatever it was. */
struct incoming_part {
	enum incoming_kind kind;
	bool html;
	struct str text;
};

enum { INCOMING_PARTS = 32, INCOMING_TYPES = 200 };

struct incoming {
	struct str header; /* fields as they came, LF line ends, still folded and encoded */
	struct str body;   /* likewise, for when the parts tell nothing */
	struct incoming_part parts[INCOMING_PARTS];
	size_t part_count;
	bool is_report; /* multipart/report */
	struct str
		report_type; /* its parameter, lower case: "delivery-status", "feedback-report" */
};

/*
 * Take it apart. CR, LF and CRLF end lines. Whoever nests more than INCOMING_TYPES parts, or none that
 * can be found, gets one text: his body. All of it lives in the arena.
 */
void incoming_read(struct str bytes, struct arena *a, struct incoming *out);

/* The first field of that name: unfolded, RFC 2047 decoded, UTF-8; empty: none. */
struct str incoming_field(const struct incoming *m, const char *name, struct arena *a);

/* An encoded value in any header, the same way. */
struct str incoming_decode(struct str value, struct arena *a);

#endif
