#include "cmd/monitor.h"

#include "cmd/drafting.h"
#include "cmd/known.h"
#include "deliver/limit.h"

#define STUCK (3600 * CLOCK_SECOND) /* so long without a change, a send goes on no more */

/* -- the facts --------------------------------------------------------------------------------- */

static int
read_begun(struct db *db, struct monitor *m, struct err *e)
{
	if (delivery_counts(db, m->issue.id, m->counts, e) < 0 ||
		delivery_last_change(db, m->issue.id, &m->changed_at, e) < 0 ||
		answered_count(db, m->issue.id, &m->answered, e) < 0 ||
		answered_returned(db, m->issue.id, &m->answered, e) < 0)
		return -1;
	for (int i = 0; i < DELIVERY_STATES; i++)
		m->all += m->counts[i];
	if (m->changed_at < m->issue.started_at)
		m->changed_at = m->issue.started_at;
	return 0;
}

static int
read_file(const struct publication *p, struct db *db, struct monitor *m, struct err *e)
{
	const struct delivery_choice everybody = { .saturday = clock_weekday(m->day) == 6 };
	int hand = known_hand(p, db, m->day, e),
	    anybody = delivery_anybody_due(db, m->day, &everybody, e);

	m->has_file = drafting_has_file(p, m->day);
	m->held = hand < 0 ? NULL : known_why_held(p, (enum known_hand)hand);
	m->anybody = anybody == 1;
	return hand < 0 || anybody < 0 ? -1 : 0;
}

static int
read_last(struct db *db, struct monitor *m, struct arena *a, struct err *e)
{
	struct issue before;
	int got;

	m->last_out = m->begun && m->issue.state == ISSUE_SENT ? m->issue.finished_at : 0;
	if (m->last_out)
		return 0;
	got = issue_find_before(db, m->day, a, &before, e);
	if (got == 1 && before.state == ISSUE_SENT)
		m->last_out = before.finished_at;
	return got < 0 ? -1 : 0;
}

int
monitor_read(const struct publication *p, struct db *db, struct day day, int64_t due,
	struct arena *a, struct monitor *out, struct err *e)
{
	int got = issue_find(db, day, a, &out->issue, e);

	if (got < 0)
		return -1;
	*out = (struct monitor){ .day = day,
		.due = due,
		.begun = got == 1,
		.issue = got == 1 ? out->issue : (struct issue){ 0 } };
	if ((out->begun ? read_begun(db, out, e) : read_file(p, db, out, e)) < 0)
		return -1;
	return read_last(db, out, a, e);
}

/* -- the verdict ------------------------------------------------------------------------------- */

double
monitor_bounced(const struct monitor *m)
{
	const struct answered *a = &m->answered;

	return a->served ? (double)(a->refused + a->bounced) / (double)a->served : 0;
}

double
monitor_complained(const struct monitor *m)
{
	return m->answered.served ? (double)m->answered.complained / (double)m->answered.served : 0;
}

static int64_t
left(const struct monitor *m)
{
	return m->counts[DELIVERY_QUEUED] + m->counts[DELIVERY_SENDING] +
	       m->counts[DELIVERY_DEFERRED];
}

static enum monitor_level
judge_file(const struct monitor *m, const struct settings *s, int64_t now, struct arena *a,
	const char **why)
{
	if (!m->anybody) {
		*why = "there is none to send: nobody on the list is due";
		return MONITOR_OK;
	}
	if (m->has_file && !m->held) {
		*why = s->send.approval_required
			       ? "is not out: nobody has begun to send it, or it is not approved"
			       : "is not out: nobody has begun to send it";
		return now < m->due ? MONITOR_OK : MONITOR_CRITICAL;
	}
	*why = m->has_file ? arena_printf(a, "is not out: it is %s", m->held)
			   : "is not out: there is no file for it";
	return now < m->due ? MONITOR_WARNING : MONITOR_CRITICAL;
}

/* All have it, or will not get it. */
static enum monitor_level
judge_sent(const struct monitor *m, const struct settings *s, struct arena *a, const char **why)
{
	enum limit limit = limit_judge(&m->answered, &s->send);
	char words[200];

	*why = "is out";
	if (limit != LIMIT_KEPT) {
		limit_words(limit, &m->answered, &s->send, words, sizeof words);
		*why = arena_printf(a, "is out, but %s", words);
		return MONITOR_WARNING;
	}
	if (m->counts[DELIVERY_IN_DOUBT]) {
		*why = "is out, but some are in doubt ('morningpost resolve')";
		return MONITOR_WARNING;
	}
	return MONITOR_OK;
}

static enum monitor_level
judge_begun(const struct monitor *m, const struct settings *s, int64_t now, struct arena *a,
	const char **why)
{
	switch (m->issue.state) {
	case ISSUE_SENT:
		return judge_sent(m, s, a, why);
	case ISSUE_HELD:
		*why = arena_printf(a, "is held: %.*s", STR_ARG(m->issue.held_why));
		return MONITOR_CRITICAL;
	case ISSUE_STALE:
		*why = "was not out in time: its last moment is past";
		return MONITOR_CRITICAL;
	case ISSUE_PLANNING:
	case ISSUE_SENDING:
		break;
	}
	if (now - m->changed_at > STUCK) {
		*why = "is stuck: nothing has happened for more than an hour";
		return MONITOR_CRITICAL;
	}
	*why = "is going out";
	return now < m->due ? MONITOR_OK : MONITOR_WARNING;
}

enum monitor_level
monitor_judge(const struct monitor *m, const struct settings *s, int64_t now, struct arena *a,
	struct str *words)
{
	const char *why;
	enum monitor_level level =
		m->begun ? judge_begun(m, s, now, a, &why) : judge_file(m, s, now, a, &why);
	char date[11];

	clock_print_day(m->day, date);
	*words = str_of(m->begun ? arena_printf(a,
					   "the issue of %s %s (%lld of %lld sent, %lld failed, "
					   "%lld left)",
					   date, why, (long long)m->counts[DELIVERY_SENT],
					   (long long)m->all, (long long)m->counts[DELIVERY_FAILED],
					   (long long)left(m))
				 : arena_printf(a, "the issue of %s %s", date, why));
	return level;
}
