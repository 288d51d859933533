/* page_health.h: /healthz: is the service well? For load balancers and monitoring. */
#ifndef WEB_PAGE_HEALTH_H
#define WEB_PAGE_HEALTH_H

#include "web/visit.h"

/* 200 "ok" when the database can be read and its disk has room for what must be written; 503 and
 * what is wrong in a line when not. */
int page_health(struct visit *v, struct err *e);

#endif
