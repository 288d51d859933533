/* lane.h: a thread that answers requests one after the other with what is its own, so that whoever
 * waits for the database holds up nobody who only reads. */
#ifndef WEB_LANE_H
#define WEB_LANE_H

#include "base/err.h"
#include "web/request.h"
#include "web/response.h"

/*
 * Answer one request; `waited`: how long it has been in hand already. False: there is no answer yet,
 * and it is to be asked for again (server.h, "wake").
 */
typedef bool answer_fn(void *context, const struct request *r, int64_t waited, struct arena *a,
	struct response *out);

struct answerer {
	answer_fn *answer;
	void *context; /* the thread's alone while it runs */
};

/* One request to be answered. Whoever pushes it leaves it alone until it comes back. */
struct job {
	const struct request *request;
	int64_t came;   /* clock_steady when it was whole */
	bool keep;      /* say that the connection stays */
	bool later;     /* there is no answer yet */
	struct buf out; /* the answer's bytes */
	void *owner;
	struct job *next;
};

struct lane;

/* Start the thread. When a job is done it adds 1 to the eventfd `done`. */
int lane_start(struct answerer who, int done, struct lane **out, struct err *e);
void lane_push(struct lane *lane, struct job *job);
/* Those that are done, linked by next; NULL when there are none. */
struct job *lane_take_done(struct lane *lane);
/* Finish what was pushed and end the thread. */
void lane_stop(struct lane *lane);

#endif
