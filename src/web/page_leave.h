/* page_leave.h: /u and /r: leaving the list and coming back. */
#ifndef WEB_PAGE_LEAVE_H
#define WEB_PAGE_LEAVE_H

#include "web/visit.h"

/* GET /u/TOKEN asks; mail scanners fetch every link they see, so nothing may change. */
int page_leave_ask(struct visit *v, struct err *e);
/* POST /u/TOKEN: the page's button, and RFC 8058's one click. */
int page_leave_do(struct visit *v, struct err *e);

/* GET /r/TOKEN asks, POST undoes. */
int page_return_ask(struct visit *v, struct err *e);
int page_return_do(struct visit *v, struct err *e);

#endif
