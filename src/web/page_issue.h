/* page_issue.h: what is below /issues/: an issue, its pictures, and the list of a year. */
#ifndef WEB_PAGE_ISSUE_H
#define WEB_PAGE_ISSUE_H

#include "web/archive.h"
#include "web/exhibit.h"

archive_page page_issue;

#endif
