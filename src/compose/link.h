/* link.h: what can be told of a link by its address alone. Pure. */
#ifndef COMPOSE_LINK_H
#define COMPOSE_LINK_H

#include <stdbool.h>

#include "base/str.h"

/* Has it a parameter that is there to tell who followed it? */
bool link_tracks(struct str url);

/* Does it belong to a service that hides where it leads? */
bool link_is_short(struct str url);

/* What is between "://" and the path: user, host and port. Empty where there is none. */
struct str link_authority(struct str url);

/* Not a public host by its name: an address in digits, a user or a port, a name without a dot or of
 * a local network. */
bool link_is_odd(struct str url);

/* Something in it that is not ASCII where a slip of the keyboard puts it: in the host or an address,
 * or a quotation mark or a blank of typography (all of them percent-encoded by now). */
bool link_is_mistyped(struct str url);

/* Take the next http: or https: address in running text, without the punctuation behind it. False
 * when there is none. */
bool link_next(struct str *rest, struct str *url);

#endif
