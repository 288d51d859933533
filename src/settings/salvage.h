/* salvage.h: of settings that cannot be read as a whole, as much as it takes to tell somebody so by
 * mail. */
#ifndef SETTINGS_SALVAGE_H
#define SETTINGS_SALVAGE_H

#include "settings/settings.h"

/*
 * As settings_parse, but of publication, sender, relays and daily alone: whatever is wrong in the other
 * sections, their YAML too, all else has its default. These have to be right, each from its first
 * column, and relays has to be there: the default relay is a Maildir that nobody reads.
 */
int settings_salvage(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e);

#endif
