/* sources.h: where the data comes from: the section sources. */
#ifndef SETTINGS_SOURCES_H
#define SETTINGS_SOURCES_H

#include "settings/reader.h"

extern const struct key sources_keys[];

/* How much is asked for where the section does not say. */
void sources_set_defaults(struct settings_sources *s);

/*
 * Which sources are asked: those that the section names, or, without a section, those that the
 * paper cannot do without. What is asked gets its url here. ERR_CONFIG: a token that would go over
 * the network in the clear.
 */
int sources_derive(const struct reader *r, const struct yaml *doc);

#endif
