#include "collect/patience.h"

#include <stdio.h>

#include "base/clock.h"

/* Growing: 1 s, 4 s. Many who come back at once are part of what is wrong with a server. */
static int64_t
passing_wait(int tries)
{
	return (tries == 1 ? 1 : 4) * CLOCK_SECOND;
}

static struct patience_verdict
again(int64_t wait, int tries, enum patience at_the_end, const char *why)
{
	struct patience_verdict v = { .what = PATIENCE_AGAIN, .wait = wait };

	if (tries >= PATIENCE_TRIES)
		v.what = at_the_end;
	snprintf(v.why, sizeof v.why, "%.200s%s", why,
		v.what == PATIENCE_AGAIN ? "" : ", again and again");
	return v;
}

/* GitHub: who goes on asking while limited may be banned. So a limit that we cannot wait out is
 * the end for the host, and not only for the question. */
static struct patience_verdict
limited(const struct http_response *r, int tries, const struct patience_rules *rules)
{
	struct patience_verdict v = { .what = PATIENCE_REST };
	int64_t wait = r->wait >= 0 ? r->wait * CLOCK_SECOND : rules->limit_wait << (tries - 1);
	char words[32];

	/* "0 seconds" is what a date in the past comes to: a breath, all the same. */
	wait = wait < CLOCK_SECOND ? CLOCK_SECOND : wait;
	if (wait <= PATIENCE_MOST * CLOCK_SECOND)
		return again(wait, tries, PATIENCE_REST, "it limits our rate");
	clock_print_span(wait, words);
	snprintf(v.why, sizeof v.why, "it limits our rate, and asks us to wait %s", words);
	return v;
}

static struct patience_verdict
broken(const struct http_response *r, int tries)
{
	int64_t wait = r->wait >= 0 ? r->wait * CLOCK_SECOND : passing_wait(tries);
	char words[32];

	snprintf(words, sizeof words, "status %d", r->status);
	if (wait > PATIENCE_MOST * CLOCK_SECOND)
		tries = PATIENCE_TRIES;
	return again(wait < CLOCK_SECOND ? CLOCK_SECOND : wait, tries, PATIENCE_SKIP, words);
}

static struct patience_verdict
refused(const struct http_response *r, bool with_token, const struct patience_rules *rules)
{
	static const struct {
		int status;
		enum patience what;
		const char *why;
	} rows[] = {
		{ 200, PATIENCE_TAKE, "" },
		{ 304, PATIENCE_SAME, "" },
		{ 404, PATIENCE_GONE, "not there" },
		{ 451, PATIENCE_GONE, "not there, for legal reasons" },
		{ 400, PATIENCE_SKIP, "it does not understand our question" },
		{ 401, PATIENCE_STOP, "it refuses us" },
		{ 403, PATIENCE_STOP, "it refuses us" },
		{ 410, PATIENCE_STOP,
			"it no longer serves this version of its API; is there a newer "
			"morningpost?" },
		{ 422, PATIENCE_SKIP,
			"it does not take our question; see its topics or categories" },
	};
	struct patience_verdict v = { .what = PATIENCE_SKIP };

	if (r->status == 401 && with_token && rules->open) {
		v.what = PATIENCE_BARE;
		snprintf(v.why, sizeof v.why, "it refuses the token; look at token_file");
		return v;
	}
	if (r->status == 401 && with_token) {
		v.what = PATIENCE_STOP;
		snprintf(v.why, sizeof v.why,
			"status 401: it refuses the token; look at token_file");
		return v;
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == r->status) {
			v.what = rows[i].what;
			snprintf(v.why, sizeof v.why, "status %d: %s", r->status, rows[i].why);
			return v;
		}
	snprintf(v.why, sizeof v.why, "status %d", r->status);
	return v;
}

/* Nobody there at all is so for every source of that host. */
static struct patience_verdict
unanswered(const struct http_response *r, const struct err *e, int tries)
{
	struct patience_verdict v = { .what = PATIENCE_SKIP };

	if (e->code == ERR_UNAVAILABLE)
		return again(passing_wait(tries), tries, r->reached ? PATIENCE_SKIP : PATIENCE_REST,
			e->text);
	snprintf(v.why, sizeof v.why, "%.*s", (int)sizeof v.why - 1, e->text);
	return v;
}

struct patience_verdict
patience_judge(const struct http_response *r, const struct err *e, int tries, bool with_token,
	const struct patience_rules *rules)
{
	if (e)
		return unanswered(r, e, tries);
	if (r->limited)
		return limited(r, tries, rules);
	if (r->status >= 500 || r->status == 408)
		return broken(r, tries);
	return refused(r, with_token, rules);
}
