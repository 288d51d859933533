/* authres.h: what a mailbox says of a message it took: the field Authentication-Results (RFC 8601).
 * Strangers' bytes. Pure. */
#ifndef MAIL_AUTHRES_H
#define MAIL_AUTHRES_H

#include "base/arena.h"
#include "base/str.h"

enum { AUTHRES_MOST = 32, AUTHRES_TEXT = 16 << 10 };

struct authres_result {
	struct str method, result; /* "dkim", "pass": as they are written */
	struct str domain; /* of header.d, header.i, smtp.mailfrom or header.from; or empty */
};

struct authres {
	struct str server; /* who says so */
	struct authres_result all[AUTHRES_MOST];
	size_t count;
};

/* The field's value, folded as it came. False when it is none. Strings live in the arena. */
bool authres_read(struct str value, struct arena *a, struct authres *out);

/* The best of one method: "pass" before all others; NULL: nothing is said of it. */
const struct authres_result *authres_find(const struct authres *r, const char *method);

#endif
