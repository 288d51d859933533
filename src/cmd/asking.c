#include "cmd/asking.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "collect/links.h"

enum { BAR = 60 };

static void
show_progress(void *context, size_t done, size_t of, struct str url)
{
	struct arena *a = context;
	char line[4 * BAR + 1];

	log_escape(text_cut(url, BAR, a), line, sizeof line);
	fprintf(stderr, "\r\033[Kasking for links: %zu of %zu  %s", done, of, line);
	fflush(stderr);
}

static struct str
escaped(struct str s, struct arena *a)
{
	return text_clean(s, a);
}

static void
tell(const struct check_link *link, const struct link_answer *answer, struct arena *a,
	struct findings *out)
{
	static const struct {
		const char *code;
		enum check_level level;
		const char *what, *remedy;
	} rows[] = {
		[ASKED_LINK_OK] = { 0 },
		[ASKED_LINK_MOVED] = { "link-moved", CHECK_WARN, "a link has moved for good",
			"give the new address" },
		[ASKED_LINK_GONE] = { "link-gone", CHECK_FAIL, "nothing is behind a link",
			"find where it is now, or take it out" },
		[ASKED_LINK_UNREACHABLE] = { "link-unreachable", CHECK_WARN,
			"a link could not be looked at", "open it in a browser" },
		[ASKED_LINK_SLOW] = { "link-slow", CHECK_WARN, "a link is slow",
			"many readers at once will not make it faster: is there another?" },
	};
	const struct asked_link *l = &answer->found;
	struct str detail = l->target.n ? l->target : l->why;

	if (!answer->asked)
		findings_add(out, a,
			&(struct check_finding){ CHECK_WARN, "link-unasked", link->where,
				str_of(arena_printf(
					a, "a link was not asked for: %.*s", STR_ARG(link->url))),
				"the time was over, or its host wants no more of us now: run it "
				"again" });
	else if (l->verdict != ASKED_LINK_OK)
		findings_add(out, a,
			&(struct check_finding){ rows[l->verdict].level, rows[l->verdict].code,
				link->where,
				str_of(arena_printf(a, "%s: %.*s%s%.*s", rows[l->verdict].what,
					STR_ARG(link->url), l->target.n ? " to " : ": ",
					STR_ARG(escaped(detail, a)))),
				rows[l->verdict].remedy });
}

static int
ask(struct links_run *run, const struct check_link *links, size_t n, struct arena *a,
	struct findings *out, struct err *e)
{
	struct str *urls = arena_many(a, n + 1, struct str);
	struct link_answer *answers = arena_many(a, n + 1, struct link_answer);
	int status;

	for (size_t i = 0; i < n; i++)
		urls[i] = links[i].url;
	status = links_ask(run, urls, n, a, answers, e);
	if (run->progress)
		fputs("\r\033[K", stderr);
	for (size_t i = 0; i < n && status == 0; i++)
		tell(&links[i], &answers[i], a, out);
	return status;
}

int
asking_check(const struct publication *p, struct day day, const struct composed *c, bool progress,
	struct arena *a, struct findings *out, struct err *e)
{
	struct links_run run = { .sources = &p->settings.sources,
		.now = clock_now(),
		.progress = progress ? show_progress : NULL,
		.context = a };
	struct check_link *links;
	size_t n;
	int status;

	if (db_open(p->dir, DB_PATH, DB_WRITE, &run.db, e) < 0) {
		if (e->code != ERR_NOINPUT)
			return -1;
		*e = (struct err){ 0 };
		run.db = NULL;
	}
	check_list_links(p, day, c, a, &links, &n);
	status = ask(&run, links, n, a, out, e);
	db_close(run.db);
	return status;
}
