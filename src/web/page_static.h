/* page_static.h: the archive as static files, for a host without a database. */
#ifndef WEB_PAGE_STATIC_H
#define WEB_PAGE_STATIC_H

#include "web/visit.h"

/*
 * Serve what `archive export` wrote into web.archive: "/feed.xml", and of a folder its index.html.
 * 1 served, 0 there is no such file. No file outside the folder is ever opened: every part of a
 * path is a plain name, and none of them may be a symbolic link (RELIABILITY W13).
 */
int page_static(struct visit *v, struct err *e);

/* Is it "a", "a-b.html": a name that may be a file's there? Not ".", "..", ".git", nor one with a
 * percent sign, which is no plain name. */
bool page_static_name_ok(struct str name);
/* The Content-Type of a file of that name; NULL: such a file is not served. */
const char *page_static_type(struct str name);

#endif
