/* page_subscribe.h: /subscribe: asking for the paper, the first half of a double opt-in. */
#ifndef WEB_PAGE_SUBSCRIBE_H
#define WEB_PAGE_SUBSCRIBE_H

#include "web/visit.h"

/* GET /subscribe: the form. */
int page_subscribe_form(struct visit *v, struct err *e);

/*
 * POST /subscribe. The answer is the same whatever is known of the address. A form that does not
 * come from a page of ours (docs/subscribe-form.md), or came back at once, is shown again with what
 * it said: one press more is nothing to a person, and a program that only posts gets nowhere.
 */
int page_subscribe_do(struct visit *v, struct err *e);

/* GET /subscribe.js: fills in the time zone. */
int page_subscribe_script(struct visit *v, struct err *e);

#endif
