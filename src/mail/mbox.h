/* mbox.h: several messages in one file, each behind a "From " line (RFC 4155). Pure. */
#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H

#include <stdbool.h>

#include "base/str.h"

/*
 * The next message of *rest, without its "From " line. A file that does not begin with one is a single
 * message. False: none is left.
 */
bool mbox_next(struct str *rest, struct str *message);

#endif
