/* person.h: what goes into the slots of one person's copy: the same in a send and in a rehearsal. */
#ifndef DELIVER_PERSON_H
#define DELIVER_PERSON_H

#include "mail/letter.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/delivery.h"

/* Has the row no signature of its token that is good for this copy? */
bool person_is_unsigned(const struct keys *keys, const struct delivery *d);
/* Sign the member token where the row has none that is good for this copy: true when it was now. */
bool person_sign(const struct publication *p, const struct keys *keys, struct delivery *d);

/* The values point into d, the arena and this. */
struct person {
	struct letter_values values;
	char token[TOKEN_CHARS + 1], message_id[MESSAGE_ID_MAX];
};

/* All but the Date, of a row that is signed. `what` is what Message-IDs are made of:
 * "issue/2026-02-14". */
void person_values(const struct publication *p, const struct keys *keys, const char *what,
	const struct delivery *d, struct arena *a, struct person *out);

#endif
