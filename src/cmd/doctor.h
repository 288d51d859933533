/* doctor.h: what the looks of `doctor` share: one line each, and what one learnt that another needs. */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "base/arena.h"
#include "base/out.h"
#include "mail/dmarc.h"
#include "net/dns.h"
#include "settings/publication.h"

/* In the order of how bad they are. UNKNOWN: nobody could be asked; it is told as a warning. */
enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_UNKNOWN, DOCTOR_FAIL };

/* How the big mailboxes' rules are kept, as far as the looks found out. */
enum doctor_fact {
	DOCTOR_SPF,
	DOCTOR_DKIM,
	DOCTOR_DMARC,
	DOCTOR_ALIGNED,
	DOCTOR_PTR,
	DOCTOR_TLS,
	DOCTOR_REPLIES, /* From can be answered */
	DOCTOR_FACTS
};

struct doctor {
	struct out *out;
	const struct publication *p;
	struct arena arena;
	bool failed;
	struct dns *dns;                       /* NULL: nothing is asked */
	enum doctor_level facts[DOCTOR_FACTS]; /* DOCTOR_UNKNOWN at first */
	enum dmarc_policy policy;              /* that is in force for From */
	bool enforced;                         /* and for all of its mail */
};

/* `words` say how it is, `remedy` (or "") what to do. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *what, const char *words,
	const char *remedy);
void doctor_sayf(struct doctor *d, enum doctor_level level, const char *what, const char *remedy,
	const char *format, ...) __attribute__((format(printf, 5, 6)));
/* An error that names its remedy itself, behind a semicolon, needs no other. */
void doctor_say_error(struct doctor *d, const char *what, const struct err *e, const char *remedy);
/* The same, where nobody could be asked. */
void doctor_say_unknown(struct doctor *d, const char *what, const struct err *e);

/* A fact is as good as the worst that was found of it, once something was. */
void doctor_note(struct doctor *d, enum doctor_fact fact, enum doctor_level level);

/* The domain of From, and that of the envelope's sender, which bounces come back to. */
const char *doctor_from_domain(const struct doctor *d);
const char *doctor_bounce_domain(const struct doctor *d);

/* The one TXT record that `is_record` knows: 1 in *out, 0 none, -1. More than one: *n says how many. */
int doctor_find_text(struct doctor *d, const char *name, bool (*is_record)(struct str),
	struct str *out, size_t *n, struct err *e);

/* -- doctor_spf.c */
void doctor_look_at_spf(struct doctor *d);
/* -- doctor_dkim.c: the published keys, DMARC, alignment */
void doctor_look_at_dkim(struct doctor *d);
/* -- doctor_dmarc.c */
void doctor_look_at_dmarc(struct doctor *d);
/* -- doctor_names.c: MX, PTR, MTA-STS, BIMI */
void doctor_look_at_mx(struct doctor *d);
void doctor_look_at_ptr(struct doctor *d);
void doctor_look_at_mta_sts(struct doctor *d);
void doctor_look_at_bimi(struct doctor *d);
/* The public addresses of a relay's host, as text: how many. With none *why says why. */
size_t doctor_relay_addresses(struct doctor *d, const struct settings_relay *relay, struct str *out,
	size_t most, const char **why);
/* -- doctor_rules.c: Gmail's, Yahoo's and Outlook's rules for bulk mail */
void doctor_look_at_rules(struct doctor *d);
/* -- doctor_roundtrip.c: a message through each relay to a mailbox of ours */
void doctor_roundtrip(struct doctor *d);

#endif
