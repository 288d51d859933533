/* page_export.h: everything that is held of one reader, as a file for them to keep. */
#ifndef WEB_PAGE_EXPORT_H
#define WEB_PAGE_EXPORT_H

#include "web/visit.h"

/* The answer to the link in the mail that came first, once it has been granted. */
int page_export_give(struct visit *v, const struct subscriber *who, struct err *e);

#endif
