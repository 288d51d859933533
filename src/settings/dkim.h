/* dkim.h: who signs the mail: the section dkim. */
#ifndef SETTINGS_DKIM_H
#define SETTINGS_DKIM_H

#include "settings/reader.h"

extern const struct key dkim_keys[];
key_reader dkim_read;

#endif
