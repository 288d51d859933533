/* page_confirm.h: /c/: what the link in a note is for, done by a button: scanners follow links. */
#ifndef WEB_PAGE_CONFIRM_H
#define WEB_PAGE_CONFIRM_H

#include "web/visit.h"

/* GET /c/TOKEN asks; POST does what the note was for. */
int page_confirm_ask(struct visit *v, struct err *e);
int page_confirm_do(struct visit *v, struct err *e);

#endif
