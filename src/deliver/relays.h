/* relays.h: the relays of the settings, opened with their passwords, each with its pace. */
#ifndef DELIVER_RELAYS_H
#define DELIVER_RELAYS_H

#include "deliver/pace.h"
#include "net/relay.h"
#include "settings/publication.h"

struct relays {
	struct relay_loop *loop;
	struct relay **relay; /* in the order of the settings */
	struct pace *pace;
	size_t count;
	struct buf urls; /* a JSON array of them: settings_relay_urls */
	struct arena arena;
};

/* Open them all; ERR_CONFIG when a password or CA file cannot be used. relays_close in any case
 * where 0 was returned. */
int relays_open(const struct publication *p, struct relays *out, struct err *e);
void relays_close(struct relays *r);

#endif
