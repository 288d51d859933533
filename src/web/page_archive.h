/* page_archive.h: the public pages as answers: kept, told apart by a tag, squeezed if asked. */
#ifndef WEB_PAGE_ARCHIVE_H
#define WEB_PAGE_ARCHIVE_H

#include "web/visit.h"

struct shelved;

/* GET of any path that archive.h knows. */
int page_archive(struct visit *v, struct err *e);

/* Answer with what is on the shelf, squeezed if asked; it may be kept for so many seconds. */
void page_shelved(struct visit *v, const struct shelved *s, int max_age);

#endif
