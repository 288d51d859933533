/* message_id.h: the Message-ID of one copy: the same at every attempt, and it tells nobody whose it
 * is. Pure. */
#ifndef MAIL_MESSAGE_ID_H
#define MAIL_MESSAGE_ID_H

#include <stdint.h>

#include "base/clock.h"
#include "base/sign.h"
#include "base/str.h"

enum { MESSAGE_ID_MAX = 320, MESSAGE_ID_WHAT = 64 };

/* What those of an issue are made of: "issue/2026-02-14". */
void message_id_issue(struct day day, char out[static MESSAGE_ID_WHAT]);

/*
 * Write "<TAG@DOMAIN>" and a NUL: a keyed hash of what is sent ("issue/2026-02-14", "owed/17"; cut
 * at MESSAGE_ID_WHAT) and to whom. Returns its length; 0 when the domain is too long.
 */
size_t message_id_make(struct str what, uint64_t subscriber, struct str domain,
	const uint8_t key[static MAC_KEY], char out[static MESSAGE_ID_MAX]);

#endif
