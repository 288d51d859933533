/* page_feed.h: the newest issues for feed readers: Atom (RFC 4287) and JSON Feed 1.1. */
#ifndef WEB_PAGE_FEED_H
#define WEB_PAGE_FEED_H

#include "web/archive.h"

archive_page page_feed_atom, page_feed_json;

#endif
