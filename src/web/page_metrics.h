/* page_metrics.h: /metrics: numbers for who watches the machine, in Prometheus' text format. */
#ifndef WEB_PAGE_METRICS_H
#define WEB_PAGE_METRICS_H

#include "web/visit.h"

/* Only who asks from this machine or from a trusted proxy, for itself, is answered; to others there
 * is no such page. */
int page_metrics(struct visit *v, struct err *e);

#endif
