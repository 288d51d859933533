/* example.h: the reader that a copy is filled for when it is nobody's. */
#ifndef CMD_EXAMPLE_H
#define CMD_EXAMPLE_H

#include "mail/letter.h"
#include "settings/publication.h"

/*
 * Values for an address as it was typed: a test's links (their page says so and changes nothing),
 * and a Date and Message-ID that are the same each time. Without a name. ERR_USAGE when it is no
 * address.
 */
int example_values(const struct publication *p, struct day day, const char *to, struct arena *a,
	struct letter_values *out, struct err *e);

#endif
