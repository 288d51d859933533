/* page_archive.h: the public pages as answers: kept, told apart by a tag, squeezed if asked. */
#ifndef WEB_PAGE_ARCHIVE_H
#define WEB_PAGE_ARCHIVE_H

#include "web/visit.h"

/* GET of any path that archive.h knows. */
int page_archive(struct visit *v, struct err *e);

#endif
