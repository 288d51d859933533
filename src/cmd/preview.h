/* preview.h: the preview's pages: which request is for which, and what is shown. */
#ifndef CMD_PREVIEW_H
#define CMD_PREVIEW_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "cmd/proof.h"
#include "web/lane.h"
#include "web/listen.h"

enum { PREVIEW_HOSTS = 2 * LISTEN_MAX + 2 };

struct preview {
	const char *path; /* the publication, as it was named */
	struct day day;
	const char *hosts[PREVIEW_HOSTS]; /* "127.0.0.1:8026": what Host may say */
	size_t host_count;
	bool any_address; /* it listens on all: Host may be any address with its port */
	const char *port;
	atomic_bool stale; /* something was saved: set by any thread */

	/* The answering thread's own. */
	struct publication publication;
	struct stat settings, files[2]; /* as they were when the proof was made */
	struct proof proof;
	struct arena arena; /* of what follows */
	struct str style, script;
	const char *policy; /* of the page: lets in these two and no other */
};

/* Read the settings and make the first proof; preview_close when it returned 0. */
int preview_open(struct preview *v, const char *path, const char *date, struct err *e);
void preview_close(struct preview *v);

/* An answer_fn over a struct preview. Changes no state of the publication. */
bool preview_answer(void *preview, const struct request *r, int64_t waited, struct arena *a,
	struct response *out);

/* An answer_fn for the thread that POSTs go to: there is nothing to post. */
bool preview_refuse(void *preview, const struct request *r, int64_t waited, struct arena *a,
	struct response *out);

#endif
