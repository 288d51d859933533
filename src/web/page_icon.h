/* page_icon.h: the little picture that browsers put beside the title: the publication's initial. */
#ifndef WEB_PAGE_ICON_H
#define WEB_PAGE_ICON_H

#include "web/archive.h"

archive_page page_icon;

#endif
