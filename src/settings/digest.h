/* digest.h: what of the settings decides who gets which mail from whom, as short hashes. */
#ifndef SETTINGS_DIGEST_H
#define SETTINGS_DIGEST_H

#include "settings/settings.h"

/*
 * A JSON object with a hash (128 bits, hex) for each of publication, sender, relays and send:
 * another one when a value in it is another, whatever the file looks like. Passwords are not in
 * it, their files' names are.
 */
void settings_digest(const struct settings *s, struct buf *out);

#endif
