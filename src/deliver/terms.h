/* terms.h: the settings that a send goes by, on record. */
#ifndef DELIVER_TERMS_H
#define DELIVER_TERMS_H

#include "settings/publication.h"
#include "store/db.h"

/* A send begins: an event "settings" with their digest, when that is another than the last one's. */
int terms_note(const struct publication *p, struct db *db, struct err *e);

#endif
