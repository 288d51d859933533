/* page_map.h: for search engines: every page (sitemaps.org), and what they have no business with. */
#ifndef WEB_PAGE_MAP_H
#define WEB_PAGE_MAP_H

#include "web/archive.h"

archive_page page_map_site, page_map_robots;

#endif
