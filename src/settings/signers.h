/* signers.h: who signs the mail: the section dkim, and the keys it names. */
#ifndef SETTINGS_SIGNERS_H
#define SETTINGS_SIGNERS_H

#include "mail/seal.h"
#include "settings/publication.h"
#include "settings/reader.h"

extern const struct key signers_keys[];
key_reader signers_read;

/*
 * Read the keys of all that sign. ERR_CONFIG, with the line of the settings: a file that is missing,
 * that others can read (RELIABILITY K5), or that is no such key. The settings must outlive it;
 * signers_free in any case, also after -1.
 */
int signers_load(const struct publication *p, struct seal_signers *out, struct err *e);
void signers_free(struct seal_signers *s);

#endif
