#include "cmd/telling.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/sign.h"
#include "base/text.h"
#include "deliver/alert.h"

enum { TEXT = 64 * 1024, LINE = 1500, MEMORY = 8 * 1024, WIDTH = 76 };

#define MEMORY_FILE "var/alerted"

/* -- the words --------------------------------------------------------------------------------- */

/* What it is called, and what there is to do: a command, and what it does. The first row that fits. */
static const struct {
	int code;
	int begun; /* 1 its sending was begun, 0 it was not, -1 either */
	const char *headline;
	const char *todo[3][2];
} kinds[] = {
	{ ERR_DATA, 0, "does not pass its check",
		{ { "check --date %s", "says again what is wrong, with the line" },
			{ "daily --date %s", "sends it once that is mended" } } },
	{ ERR_TEMPFAIL, 0, "is held",
		{ { "check --date %s", "looks at the issue as it stands" },
			{ "daily --date %s", "sends it once nothing holds it" },
			{ "send --date %s --force",
				"sends it as it stands, past its last hour too" } } },
	{ ERR_TEMPFAIL, 1, "was stopped before everybody had it",
		{ { "status --date %s",
			  "how far it has come, and who refused it with which words" },
			{ "send --date %s --force",
				"sends the rest all the same; it is recorded" } } },
	{ ERR_UNAVAILABLE, -1, "is stuck: the relays do not take it",
		{ { "doctor", "asks each relay how it is" },
			{ "send --date %s",
				"tries again at once; daily does so when it is called" } } },
	{ ERR_CONFIG, -1, "was stopped by the settings",
		{ { "doctor", "names what is wrong and the remedy" },
			{ "send --date %s", "goes on once that is mended" } } },
	{ 0, -1, "has met a fault",
		{ { "doctor", "looks at the settings, the disk and the database" },
			{ "db check", "reads all of the database: is it whole?" },
			{ "status --date %s", "how far the issue has come" } } },
};

static size_t
kind_of(const struct telling *t)
{
	size_t i = 0;

	while (kinds[i].code &&
		(kinds[i].code != t->code || (kinds[i].begun >= 0 && kinds[i].begun != t->begun)))
		i++;
	return i;
}

/* A path as a shell takes it, whatever is in it. */
static void
add_quoted(struct buf *b, struct str path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+";
	bool quote = path.n == 0;

	for (size_t i = 0; i < path.n && !quote; i++)
		quote = str_find(str_of(plain), path.p[i]) < 0;
	if (!quote) {
		buf_add(b, path);
		return;
	}
	buf_addc(b, '\'');
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '\'')
			buf_addz(b, "'\\''");
		else
			buf_addc(b, path.p[i]);
	buf_addc(b, '\'');
}

static void
add_todo(struct buf *b, const char *const todo[2], const char *path, const char *date)
{
	struct str words = str_of(todo[0]);
	ptrdiff_t place = str_find_str(words, STR("%s"));

	buf_addz(b, "    morningpost -C ");
	add_quoted(b, str_of(path));
	buf_addc(b, ' ');
	buf_add(b, place < 0 ? words : str_sub(words, 0, (size_t)place));
	if (place >= 0) {
		buf_addz(b, date);
		buf_add(b, str_from(words, (size_t)place + 2));
	}
	buf_printf(b, "\n        %s\n", todo[1]);
}

/* Each line by itself, so that findings stay apart; what a stranger said in them is escaped. */
static void
add_reason(struct buf *b, struct str words)
{
	char safe[LINE];
	struct str line;

	while (str_line(&words, &line)) {
		log_escape(line, safe, sizeof safe);
		if (line.n)
			text_wrap(str_of(safe), WIDTH, STR("    "), STR("    "), b);
	}
}

void
telling_write(const struct publication *p, const struct telling *t, const char *path,
	const char *host, struct arena *a, struct str *subject, struct str *text)
{
	const char *name = p->settings.publication.name, *headline = kinds[kind_of(t)].headline;
	char date[11];
	struct buf b;

	clock_print_day(t->day, date);
	*subject = str_of(arena_printf(a, "%s: the issue of %s %s", name, date, headline));
	buf_init(&b, TEXT);
	buf_printf(&b, "The issue of %s %s.\n\nWhy:\n\n", date, headline);
	add_reason(&b, t->words);
	if (t->so_far.n)
		buf_printf(&b, "\nSo far %.*s.\n", STR_ARG(t->so_far));
	buf_addz(&b, "\nWhat to run:\n\n");
	for (size_t i = 0; i < 3 && kinds[kind_of(t)].todo[i][0]; i++)
		add_todo(&b, kinds[kind_of(t)].todo[i], path, date);
	buf_printf(&b,
		"\n-- \n'morningpost daily' on %s, to daily.alert of %s, once a day for each "
		"reason\n",
		host, name);
	*text = buf_keep(&b, a);
}

/* -- the memory -------------------------------------------------------------------------------- */

/* The same reason with other figures is the same: digits are left out. */
static void
name_of(const struct telling *t, char out[static SIGN_HEX])
{
	struct buf b;

	buf_init(&b, TEXT);
	buf_printf(&b, "%d ", t->code);
	for (size_t i = 0; i < t->words.n; i++)
		if (t->words.p[i] < '0' || t->words.p[i] > '9')
			buf_addc(&b, t->words.p[i]);
	sign_hash_hex(buf_str(&b), out);
	buf_free(&b);
}

/* The day's lines, each a reason and what became of it; empty when they are of another day. */
static struct str
recall(const struct publication *p, const char *date, struct arena *a)
{
	struct str text, first;
	struct err ignored;

	if (file_read(p->dir, MEMORY_FILE, MEMORY, a, &text, &ignored) < 0 ||
		!str_line(&text, &first) || !str_eqz(first, date))
		return (struct str){ 0 };
	return text;
}

static bool
is_in(struct str lines, const char *name, const char *what, struct arena *a)
{
	struct str wanted = str_of(arena_printf(a, "%s %s", name, what)), line;

	while (str_line(&lines, &line))
		if (str_eq(line, wanted))
			return true;
	return false;
}

static void
remember(const struct publication *p, const char *date, struct str lines, const char *name,
	const char *what, struct arena *a)
{
	struct str all =
		str_of(arena_printf(a, "%s\n%.*s%s %s\n", date, STR_ARG(lines), name, what));
	struct err e;

	if (file_write(p->dir, MEMORY_FILE, all, 0600, &e) < 0)
		log_warn("that the alert was sent is not remembered, so it may be again: %s",
			e.text);
}

/* -- the mail ---------------------------------------------------------------------------------- */

static int
send(const struct publication *p, const struct telling *t, int64_t now, struct arena *a,
	struct str *words, struct err *e)
{
	char host[HOST_NAME_MAX + 1] = "", path[PATH_MAX];
	struct str subject, text;

	if (gethostname(host, sizeof host - 1) < 0 || !*host)
		snprintf(host, sizeof host, "this machine");
	if (!realpath(p->path, path))
		snprintf(path, sizeof path, "%s", p->path);
	telling_write(p, t, path, host, a, &subject, &text);
	return alert_send(p, subject, text, now, a, words, e);
}

void
telling_alert(const struct publication *p, const struct telling *t, int64_t now)
{
	struct arena a = { 0 };
	char name[SIGN_HEX], date[11];
	struct str lines, words = { 0 };
	struct err e;
	int sent;

	if (!p->settings.daily.alert)
		return;
	clock_print_day(publication_today(p, now), date);
	name_of(t, name);
	lines = recall(p, date, &a);
	if (!is_in(lines, name, "sent", &a)) {
		sent = send(p, t, now, &a, &words, &e);
		if (sent < 0)
			words = str_of(e.text);
		if (sent <= 0 && !is_in(lines, name, "tried", &a))
			log_error("the alert to %s could not be sent: %.*s",
				p->settings.daily.alert, STR_ARG(words));
		if (sent > 0 || !is_in(lines, name, "tried", &a))
			remember(p, date, lines, name, sent > 0 ? "sent" : "tried", &a);
	}
	arena_free(&a);
}
