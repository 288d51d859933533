/* judge.h: from a status, a reply code and words to hard or soft. Pure. */
#ifndef MAIL_JUDGE_H
#define MAIL_JUDGE_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"

/*
 * Fill in kind, status, code and reason of a failed delivery. `status` is from a field of its own, or
 * empty; `words` is the server's reply or the prose around it; `more` is looked at when those say
 * nothing. Hard needs a reason of the recipient's own (RELIABILITY S3): a status 5.1.x, but for 5.1.7
 * and 5.1.8, or 5.2.1, or words that say so; whatever speaks of the sender, the message, a policy or
 * the moment is soft.
 */
void judge_failure(struct report_recipient *r, struct str status, struct str words, struct str more,
	struct arena *a);

/* One harmless line, cut. */
struct str judge_reason(struct str words, struct arena *a);

#endif
