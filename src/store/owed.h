/* owed.h: notes that are owed: mail to one person outside the issues. */
#ifndef STORE_OWED_H
#define STORE_OWED_H

#include "store/db.h"

/* The words of the table; the first one is "please confirm", the second "you have left". */
enum owed_kind { OWED_CONFIRM, OWED_LEFT, OWED_EXPORT, OWED_ERASE, OWED_ADDRESS };
enum { OWED_KINDS = 5 };

const char *owed_kind_name(enum owed_kind kind);

struct owed_wish {
	int64_t subscriber;
	enum owed_kind kind;
	struct str email; /* envelope form: where it goes; empty: to the subscriber's address */
	struct str
		detail; /* a JSON object, or empty: what is done once the note's link is followed */
};

/* Owe one, in the caller's transaction; *id (may be NULL) is the new row's. */
int owed_add(struct db *db, const struct owed_wish *w, int64_t now, int64_t *id, struct err *e);

#endif
