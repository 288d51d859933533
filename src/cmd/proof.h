/* proof.h: an issue as its editor looks at it: composed, checked, filled for an example reader
 * and read back from the bytes that would go out. */
#ifndef CMD_PROOF_H
#define CMD_PROOF_H

#include "base/sign.h"
#include "cmd/approving.h"
#include "cmd/known.h"
#include "compose/check.h"
#include "mail/inspect.h"

struct proof {
	struct arena arena;
	struct known known;
	struct composed composed; /* letter.count 0: it cannot be composed */
	struct check_finding *findings;
	size_t finding_count;
	struct str message; /* of the example reader, CRLF */
	struct inspected read;
	struct approving approving;
	const char *trouble; /* why there is nothing to see, with file and line; or NULL */
	char id[SIGN_HEX];   /* another when anything of it is another */
};

/* Make it; whatever is wrong with the issue or the publication is in it. proof_free in any case.
 * Changes no state. */
void proof_make(const struct publication *p, struct day day, struct proof *out);
/* One that says only this. */
void proof_tell(const char *trouble, struct proof *out);
void proof_free(struct proof *proof);

#endif
