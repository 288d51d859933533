/* refused.h: which rows of the ledger are refusals for the address's sake; for the files here. */
#ifndef STORE_REFUSED_H
#define STORE_REFUSED_H

/*
 * From what the ledger keeps of a reply; net/reply.c judges the reply itself (RELIABILITY S3). The
 * two differ where a relay says 550 without a status to the message's end: the ledger does not know
 * when it was said. Whoever says that to all of them should be stopped too.
 */
#define REFUSED                                                                                    \
	"(state = 'failed' AND code BETWEEN 500 AND 599 AND (CASE WHEN coalesce(status, '') = '' " \
	"OR status LIKE '5.0.%' THEN code IN (550, 551, 553) ELSE status = '5.2.1' OR (status "    \
	"LIKE '5.1.%' AND status NOT IN ('5.1.7', '5.1.8')) END))"

#endif
