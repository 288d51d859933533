/* monitor.h: has today's issue gone out? The facts, and the verdict that monitoring gets. */
#ifndef CMD_MONITOR_H
#define CMD_MONITOR_H

#include "settings/publication.h"
#include "store/answered.h"
#include "store/delivery.h"

/* Nagios' levels, and exit codes. */
enum monitor_level { MONITOR_OK, MONITOR_WARNING, MONITOR_CRITICAL, MONITOR_UNKNOWN };

struct monitor {
	struct day day;
	int64_t due; /* when it has to be out; 0: at once */
	bool begun;  /* its sending; what follows up to `answered` is of that */
	struct issue issue;
	int64_t counts[DELIVERY_STATES], all;
	int64_t changed_at; /* the last that happened */
	struct answered answered;
	bool has_file, anybody; /* not begun: what stands in its way */
	const char *held;       /* and why `daily` leaves its file alone, or NULL */
	int64_t last_out;       /* when an issue was last out to everybody; 0: none was */
};

/* Read them; strings live in the arena. */
int monitor_read(const struct publication *p, struct db *db, struct day day, int64_t due,
	struct arena *a, struct monitor *out, struct err *e);

/* The verdict, and a sentence in the arena. */
enum monitor_level monitor_judge(const struct monitor *m, const struct settings *s, int64_t now,
	struct arena *a, struct str *words);

/* Shares of those who were served. */
double monitor_bounced(const struct monitor *m);
double monitor_complained(const struct monitor *m);

#endif
