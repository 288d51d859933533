/* route.h: which page a request is for, and its whole answer. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "web/visit.h"

/*
 * Answer one request with this struct clerk, an answer_fn: every request has an answer, trouble of
 * ours included (503 and Retry-After; what could not be committed is never a 2xx, RELIABILITY W19).
 * `waited`: how long it has been in hand already. Writes the access log's line: the route, the
 * status, and of a token only the key and the subscriber it names (G4).
 */
bool route_answer(void *clerk, const struct request *r, int64_t waited, struct arena *a,
	struct response *out);

/* The answer to a request that could not be read. */
void route_refuse(int status, const char *why, struct arena *a, struct response *out);

#endif
