/* page_front.h: the archive's front page: the newest issue, those before it, the years. */
#ifndef WEB_PAGE_FRONT_H
#define WEB_PAGE_FRONT_H

#include "web/archive.h"

archive_page page_front;

/* The script of its form (page_subscribe.h), which stands beside it where it is exported. */
archive_page page_front_script;

#endif
