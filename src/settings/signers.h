/* signers.h: the keys that sign the mail, read from the files that the section dkim names. */
#ifndef SETTINGS_SIGNERS_H
#define SETTINGS_SIGNERS_H

#include "mail/seal.h"
#include "settings/publication.h"

/*
 * Read them all. ERR_CONFIG, with the line of the settings: a file that is missing, that others can
 * read (RELIABILITY K5), or that is no such key. The settings must outlive it; signers_free in any
 * case, also after -1.
 */
int signers_load(const struct publication *p, struct seal_signers *out, struct err *e);
void signers_free(struct seal_signers *s);

#endif
