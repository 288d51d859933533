/* sorting.h: what kind of message came back, by its header, its subject and its first words. Pure. */
#ifndef MAIL_SORTING_H
#define MAIL_SORTING_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/incoming.h"
#include "mail/report.h"

/*
 * A message without a status part that counts: a bounce, or one of the others. It is a bounce only if
 * something says so that people do not write: a daemon as its author, a daemon's subject, or its usual
 * words. An automatic answer that talks of an account that is gone is still an answer.
 */
enum report_sort sorting_sort(
	const struct incoming *m, struct str subject, struct str notice, struct arena *a);

/*
 * Is there little to show that it is a bounce: neither the subject of one, nor a daemon's usual words, nor
 * a code? People write "your mail could not be delivered, she has left" too. It removes nobody.
 */
bool sorting_is_weak(
	const struct incoming *m, struct str subject, struct str notice, struct arena *a);

/* Is the notice one that says "not yet"? */
bool sorting_is_delay(struct str subject, struct str notice, struct arena *a);

/* MAILER-DAEMON, postmaster and their like, as the address in From has it. */
bool sorting_is_daemon(struct str from);

#endif
