#include "collect/collect.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

enum { TOKEN = 4096, SOURCE_SECONDS = 300 };

/* What a host is asked with; NULL: nothing. `why` it may not be asked then, where it should be. */
struct token {
	const char *value, *why;
};

/* A run: what all sources share. */
struct run {
	const struct publication *p;
	struct db *db;
	struct day day;
	enum collect_whom whom;
	struct ask_run *net;
	struct token huggingface, github;
	int64_t until;
	struct arena arena;
};

int
collect_token(int dir, const char *token_file, struct arena *a, const char **out, struct err *e)
{
	struct str text;

	*out = NULL;
	if (!token_file)
		return 0;
	if (file_read_secret(dir, token_file, TOKEN, a, &text, e) < 0)
		return -1;
	text = str_trim(text);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			text.n = 0;
	if (text.n == 0)
		return err_set(e, ERR_CONFIG,
			"%s: no token; it holds one line, and that without blanks", token_file);
	*out = arena_strz(a, text);
	return 0;
}

static int
read_token(struct run *r, const char *url, const char *file, struct token *out, struct err *e)
{
	if (!url || collect_token(r->p->dir, file, &r->arena, &out->value, e) == 0)
		return 0;
	if (r->whom == COLLECT_ALL)
		return -1;
	out->why = arena_printf(&r->arena, "%s", e->text);
	return 0;
}

static int
read_tokens(struct run *r, struct err *e)
{
	const struct settings_sources *s = &r->p->settings.sources;

	if (read_token(r, s->huggingface.url, s->huggingface.token_file, &r->huggingface, e) < 0)
		return -1;
	return read_token(r, s->github.url, s->github.token_file, &r->github, e);
}

/* A token goes to the host it is for, and to no other. */
static struct token
token_for(const struct run *r, const char *url)
{
	const struct settings_sources *s = &r->p->settings.sources;

	return url == s->huggingface.url ? r->huggingface
	       : url == s->github.url    ? r->github
					 : (struct token){ 0 };
}

static bool
is_whole(struct db *db, const struct source *s, struct day day)
{
	struct arena a = { 0 };
	struct snapshot *list;
	struct err e;
	size_t n;
	bool whole = snapshot_list(db, s->name, NULL, day, day, &a, &list, &n, &e) == 0 && n > 0 &&
		     !list[0].partial;

	arena_free(&a);
	return whole;
}

bool
collect_is_whole(const struct publication *p, struct db *db, struct day day)
{
	for (size_t i = 0; i < source_count; i++)
		if (source_table[i].url(&p->settings.sources) &&
			!is_whole(db, &source_table[i], day))
			return false;
	return true;
}

/* What the answers are worth is the snapshot's business; that some are missing is ours. */
static int
keep(struct run *r, struct asking *a, struct collect_result *out, struct err *e)
{
	if (a->count == 0) {
		if (!*out->why)
			snprintf(out->why, sizeof out->why, "it gave nothing to keep");
		return 0;
	}
	if (a->partial)
		a->answers[a->count - 1].partial = true;
	if (snapshot_keep(r->db, a->source, a->day, a->answers, a->count, &out->kept, e) < 0)
		return err_wrap(e, "%s", a->source);
	if (!*out->why)
		snprintf(out->why, sizeof out->why, "%s", out->kept.why);
	return 0;
}

static int
ask_source(struct run *r, const struct source *s, struct collect_result *out, struct err *e)
{
	int64_t begin = clock_steady(), until = begin + SOURCE_SECONDS * CLOCK_SECOND;
	struct token token = token_for(r, s->url(&r->p->settings.sources));
	struct arena arena = { 0 };
	struct asking a = { .settings = &r->p->settings.sources,
		.source = s->name,
		.token = token.value,
		.day = r->day,
		.db = r->db,
		.arena = &arena,
		.until = until < r->until ? until : r->until,
		.run = r->net };
	int status;

	*out = (struct collect_result){ .source = s->name };
	if (token.why) {
		snprintf(out->why, sizeof out->why, "%s", token.why);
		return 0;
	}
	s->ask(&a);
	memcpy(out->why, a.why, sizeof out->why);
	out->calls = a.calls;
	out->bytes = a.bytes;
	status = keep(r, &a, out, e);
	out->took = clock_steady() - begin;
	arena_free(&a.last);
	arena_free(&arena);
	return status;
}

static int
ask_all(struct run *r, collect_report_fn *report, void *context, struct err *e)
{
	const struct settings_sources *s = &r->p->settings.sources;
	struct collect_result result;

	for (size_t i = 0; i < source_count; i++) {
		if (!source_table[i].url(s) ||
			(r->whom == COLLECT_MISSING && is_whole(r->db, &source_table[i], r->day)))
			continue;
		if (ask_source(r, &source_table[i], &result, e) < 0)
			return -1;
		report(context, &result);
	}
	return 0;
}

int
collect_run(const struct publication *p, struct db *db, struct day day, enum collect_whom whom,
	int64_t deadline, collect_report_fn *report, void *context, struct err *e)
{
	struct run r = {
		.p = p, .db = db, .day = day, .whom = whom, .until = clock_steady() + deadline
	};
	int lock, got = file_lock(p->dir, "var/collect.lock", &lock, e);

	if (got <= 0)
		return got < 0 ? -1
			       : err_set(e, ERR_TEMPFAIL,
					 "another collect is running; what it finds will do");
	got = read_tokens(&r, e);
	if (got == 0) {
		r.net = ask_run_new();
		got = ask_all(&r, report, context, e);
		ask_run_free(r.net);
	}
	arena_free(&r.arena);
	close(lock);
	return got;
}
