/* inspect_tree.h: the MIME half of inspect.h: the tree of a message's parts, each decoded. Pure. */
#ifndef MAIL_INSPECT_TREE_H
#define MAIL_INSPECT_TREE_H

#include "mail/inspect.h"

/* Read out->body by the message's Content-Type and Content-Transfer-Encoding (empty: none) into
 * out->parts. */
int inspect_tree(struct str type, struct str encoding, struct arena *a, struct inspected *out,
	struct err *e);

#endif
