/* relays.h: who takes the mail, and who it goes to: the sections relays and domains. */
#ifndef SETTINGS_RELAYS_H
#define SETTINGS_RELAYS_H

#include "settings/reader.h"

/* Keys of one relay and of one domain, for checking; the readers of both sections. */
extern const struct key relays_keys[], relays_domain_keys[];
key_reader relays_read, relays_read_domains;

/* One relay, the outbox, where none is named; and of each relay what follows from the rest: the name
 * it is greeted with, whether TLS is required. ERR_CONFIG: a password without a user. */
int relays_derive(const struct reader *r);

#endif
