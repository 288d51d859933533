#include "cmd/report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/delivery.h"

enum { REFUSALS = 10 };

static bool
has_file(const struct publication *p, struct day day)
{
	char path[32];

	publication_issue_path(day, path);
	return faccessat(p->dir, path, R_OK, 0) == 0;
}

static int
write_relays(struct out *o, struct db *db, int64_t issue, struct err *e)
{
	struct delivery_tally *rows;
	struct arena a = { 0 };
	size_t n;
	int status = delivery_by_relay(db, issue, &a, &rows, &n, e);

	out_array(o, "relays");
	for (size_t i = 0; status == 0 && i < n; i++) {
		out_object(o, NULL);
		out_str(o, "relay", rows[i].name);
		out_int(o, "sent", rows[i].sent);
		out_int(o, "failed", rows[i].failed);
		out_int(o, "deferred", rows[i].deferred);
		out_end(o);
		out_line(o, "  %.*s: %lld sent, %lld failed, %lld deferred", STR_ARG(rows[i].name),
			(long long)rows[i].sent, (long long)rows[i].failed,
			(long long)rows[i].deferred);
	}
	out_end(o);
	arena_free(&a);
	return status;
}

static int
write_refusals(struct out *o, struct db *db, int64_t issue, struct err *e)
{
	struct delivery_refusal *rows;
	struct arena a = { 0 };
	size_t n;
	int status = delivery_refusals(db, issue, REFUSALS, &a, &rows, &n, e);

	out_array(o, "refusals");
	for (size_t i = 0; status == 0 && i < n; i++) {
		out_object(o, NULL);
		out_int(o, "count", rows[i].count);
		out_str(o, "state", rows[i].state);
		out_int(o, "code", rows[i].code);
		out_str(o, "words", rows[i].words);
		out_end(o);
		out_line(o, "  %lld %.*s: %d %.*s", (long long)rows[i].count,
			STR_ARG(rows[i].state), rows[i].code, STR_ARG(rows[i].words));
	}
	out_end(o);
	arena_free(&a);
	return status;
}

int
report_issue(
	struct out *o, const struct publication *p, struct db *db, struct day day, struct err *e)
{
	int64_t counts[DELIVERY_STATES] = { 0 }, all = 0;
	struct arena a = { 0 };
	struct issue issue = { 0 };
	char text[11];
	int found = issue_find(db, day, &a, &issue, e), status = found < 0 ? -1 : 0;

	if (found == 1)
		status = delivery_counts(db, issue.id, counts, e);
	if (status < 0) {
		arena_free(&a);
		return -1;
	}
	for (int i = 0; i < DELIVERY_STATES; i++)
		all += counts[i];
	clock_print_day(day, text);
	out_object(o, NULL);
	out_strz(o, "issue", text);
	out_strz(o, "state",
		found == 1         ? issue_state_name(issue.state)
		: has_file(p, day) ? "composed"
				   : "none");
	out_int(o, "recipients", all);
	for (int i = 0; i < DELIVERY_STATES; i++)
		out_int(o, delivery_state_name((enum delivery_state)i), counts[i]);
	if (found == 1) {
		out_time(o, "started_at", issue.started_at);
		out_time(o, "finished_at", issue.finished_at);
		out_time(o, "last_moment", issue.last_moment);
		status = write_relays(o, db, issue.id, e);
		if (status == 0)
			status = write_refusals(o, db, issue.id, e);
	}
	out_end(o);
	arena_free(&a);
	return status;
}
