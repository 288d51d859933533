/* report.h: what a message that came back says, as a value: for whom, what, and why. Reading it is
 * reading.c's and webhook.c's; what follows from it is people/standing's. Pure. */
#ifndef MAIL_REPORT_H
#define MAIL_REPORT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* What it means for one recipient. Only HARD and COMPLAINT may take anybody off a list at once. */
enum report_kind { REPORT_NONE, REPORT_SOFT, REPORT_HARD, REPORT_COMPLAINT };
enum { REPORT_KINDS = 4 };

/* What the message as a whole is. All but the first two are REPORT_NONE for everybody in it. */
enum report_sort {
	REPORT_BOUNCE,
	REPORT_ABUSE,      /* a complaint: ARF, or a provider's way to say it */
	REPORT_OTHER,      /* none of these: a person's mail, an unsubscribe by mail, spam */
	REPORT_DELAY,      /* not yet delivered, will be tried on */
	REPORT_DELIVERED,  /* a receipt: delivered, relayed, expanded, displayed */
	REPORT_AUTO_REPLY, /* out of office and the like */
	REPORT_CHALLENGE,  /* prove that you are a person, and your mail will be let through */
	REPORT_FEEDBACK,   /* ARF of another kind than abuse: auth-failure, virus, not-spam */
};
enum { REPORT_SORTS = 8 };

/* How the recipient was found, the surest first. */
enum report_how {
	REPORT_BY_STATUS,   /* a machine-readable field: RFC 3464, RFC 5965, a provider's JSON */
	REPORT_BY_HEADER,   /* a header field of the message: X-Failed-Recipients */
	REPORT_BY_PROSE,    /* the words for people */
	REPORT_BY_ORIGINAL, /* To of what was sent back */
};
enum { REPORT_HOWS = 4 };

enum { REPORT_REASON = 1000, REPORT_RECIPIENTS = 64, REPORT_CLUES = 16 };

/* Strings are empty where nothing is known. Addresses are what strangers wrote: they look like
 * addresses (one @, no controls, no blanks), and no more is promised. */
struct report_recipient {
	struct str address;  /* who refused, as the last server names it (Final-Recipient) */
	struct str original; /* as we wrote it (Original-Recipient), where that differs */
	enum report_kind kind;
	struct str status; /* enhanced status, "5.1.1": written there, or what the words mean */
	unsigned code;     /* SMTP reply code, 0: none */
	struct str reason; /* one escaped line (log_escape) of at most REPORT_REASON bytes */
	enum report_how how;
};

/* Things that may be ours and would prove it. Nothing here is checked: verp_check, token_check and the
 * ledger say whether it is. */
struct report_clues {
	struct str p[REPORT_CLUES];
	size_t n;
};

struct report {
	enum report_sort sort;
	struct report_recipient recipients[REPORT_RECIPIENTS];
	size_t recipient_count;
	size_t left_out; /* recipients past REPORT_RECIPIENTS */
	bool is_signed;  /* a webhook whose signature was checked and is good */

	struct str
		id; /* its own Message-ID, or the event's id, without < >: the same report twice */
	struct str subject; /* decoded, one clean line */
	struct str from;    /* the address in From */

	/* Where it was sent to, and who the returned message came from by its envelope: VERP (To,
	 * Delivered-To, X-Original-To, Return-Path and the like; a webhook's "source"). */
	struct report_clues envelopes;
	struct report_clues message_ids; /* of the returned message, without < > */
	struct report_clues tokens;      /* TOKEN_CHARS long, in the returned header */
	struct report_clues asked;       /* the same in the subject: mailto: unsubscribe */
};

/* Words for output: "hard", "auto-reply", "prose". */
const char *report_kind_name(enum report_kind kind);
const char *report_sort_name(enum report_sort sort);
const char *report_how_name(enum report_how how);

/* Add a clue, once each; past the room it is dropped. s must live as long as the report. */
void report_add_clue(struct report_clues *c, struct str s);

/*
 * The recipient of this address (compared without case, as final or original address), a new one when
 * it is not there yet, or NULL when there is no room left.
 */
struct report_recipient *report_recipient_for(struct report *r, struct str address);

/* As bytes, and back (false: they are none of ours); for a child that reads and a parent that believes
 * nothing else of it. */
void report_pack(const struct report *r, struct buf *out);
bool report_unpack(struct str bytes, struct arena *a, struct report *out);

#endif
