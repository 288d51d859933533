/* cmd_doctor.c: `morningpost doctor`: is everything as it must be for tomorrow morning? */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "collect/collect.h"
#include "deliver/identity.h"
#include "deliver/relays.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/db.h"

const char cmd_doctor_help[] =
	"Looks at settings, permissions, database, keys, sources and relays; a line each: ok, warn "
	"or\nfail, and the remedy. Relays are dialled up to their EHLO; nothing is sent, and no "
	"source is\nasked. Exit code 78 when something fails.\n";

enum level { OK, WARN, FAIL };

struct doctor {
	struct out *out;
	struct arena arena;
	bool failed;
};

static void
say(struct doctor *d, enum level level, const char *what, const char *words, const char *remedy)
{
	static const char *const names[] = { "ok", "warn", "fail" };

	d->failed = d->failed || level == FAIL;
	out_object(d->out, NULL);
	out_strz(d->out, "level", names[level]);
	out_strz(d->out, "what", what);
	out_strz(d->out, "words", words);
	out_strz(d->out, "remedy", *remedy ? remedy : NULL);
	out_end(d->out);
	out_line(d->out, "%-4s  %-12s %s%s%s", names[level], what, words, *remedy ? "; " : "",
		remedy);
}

/* An error that names its remedy itself, behind a semicolon, needs no other. */
static void
say_error(struct doctor *d, const char *what, const struct err *e, const char *remedy)
{
	say(d, FAIL, what, arena_printf(&d->arena, "%s", e->text),
		strchr(e->text, ';') ? "" : remedy);
}

static void
look_at_settings(struct doctor *d, const struct publication *p)
{
	const char *url = p->settings.publication.url;

	say(d, OK, "settings", "morningpost.yaml is read to its last key", "");
	if (!str_starts(str_of(url), STR("https://")))
		say(d, WARN, "url", url,
			"mail clients offer one-click unsubscribe for https only: put a reverse "
			"proxy with TLS in front");
	else
		say(d, OK, "url", url, "");
	if (str_ends(str_of(url), STR("example.org")))
		say(d, WARN, "url", "the sample's host",
			"name your own in publication.url and sender.from");
}

static void
look_at_modes(struct doctor *d, const struct publication *p)
{
	static const char *const folders[] = { "issues", "pictures", "templates" };
	struct stat st;

	if (fstatat(p->dir, "var", &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & 077))
		say(d, WARN, "var", "others can look into it", "chmod 700 var");
	else
		say(d, OK, "var", "ours alone", "");
	if (fstatat(p->dir, "morningpost.yaml", &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & 2))
		say(d, FAIL, "settings", "everybody can write to morningpost.yaml",
			"chmod o-w morningpost.yaml");
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		if (fstatat(p->dir, folders[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			say(d, i == 0 ? FAIL : WARN, folders[i], strerror(errno),
				"make the folder");
		else if (st.st_mode & 2)
			say(d, FAIL, folders[i], "everybody can write to it", "chmod o-w");
		else
			say(d, OK, folders[i], "there", "");
	}
}

static void
look_at_space(struct doctor *d, const struct publication *p)
{
	struct statvfs fs;
	uintmax_t mb;

	if (fstatvfs(p->dir, &fs) < 0)
		return;
	mb = (uintmax_t)fs.f_bavail * fs.f_frsize >> 20;
	say(d,
		mb < 50    ? FAIL
		: mb < 500 ? WARN
			   : OK,
		"disk", arena_printf(&d->arena, "%ju MB are free", mb),
		mb < 500 ? "make room: the ledger stops a send that it cannot record" : "");
}

static void
look_at_keys(struct doctor *d, const struct publication *p)
{
	struct keys keys;
	struct err e;

	if (keys_load(p->dir, false, &keys, &e) < 0) {
		say_error(d, "keys", &e, "bring var/keys back from a backup");
		return;
	}
	say(d, OK, "keys",
		arena_printf(
			&d->arena, "%zu, number %d signs", keys.count, keys_current(&keys)->id),
		"");
	keys_free(&keys);
}

/* Which sources are asked, and whether their tokens can be read. Nothing is dialled. */
static void
look_at_sources(struct doctor *d, const struct publication *p)
{
	const struct settings_sources *s = &p->settings.sources;
	const char *const token_files[] = { s->huggingface.url ? s->huggingface.token_file : NULL,
		s->github.url ? s->github.token_file : NULL };
	const char *names = "";
	const char *token;
	struct err e;

	for (size_t i = 0; i < source_count; i++)
		if (source_table[i].url(s))
			names = arena_printf(&d->arena, "%s%s%s", names, *names ? ", " : "",
				source_table[i].name);
	say(d, *names ? OK : WARN, "sources", *names ? names : "none",
		*names ? "" : "name some in sources: or take the section out");
	for (size_t i = 0; i < sizeof token_files / sizeof token_files[0]; i++)
		if (collect_token(p->dir, token_files[i], &d->arena, &token, &e) < 0)
			say_error(d, "sources", &e, "see sources: in morningpost.yaml(5)");
	if (s->github.url && !s->github.token_file)
		say(d, WARN, "sources", "GitHub is asked without a token: 60 questions an hour",
			"name a token_file in sources.github");
}

static void
look_at_links(struct doctor *d, const struct publication *p, struct db *db)
{
	struct str known = { 0 };
	struct err e;
	int same = identity_same(p, db, &d->arena, &known, &e);

	if (same == 1)
		say(d, OK, "links",
			arena_printf(
				&d->arena, "are signed for %s", p->settings.publication.list_id),
			"");
	else
		say(d, FAIL, "links",
			same < 0 ? arena_printf(&d->arena, "%s", e.text)
				 : arena_printf(&d->arena,
					   "list_id is %s, and in older mail it is %.*s",
					   p->settings.publication.list_id, STR_ARG(known)),
			"put the old one under publication, or the links in older mail die");
}

static void
look_at_database(struct doctor *d, const struct publication *p)
{
	struct str why = { 0 };
	struct err e;
	struct db *db;
	int got;

	if (db_open(p->dir, DB_PATH, DB_READ, &db, &e) < 0) {
		say_error(d, "database", &e, "'morningpost db restore' brings a backup back");
		return;
	}
	got = db_check(db, &d->arena, &why, &e);
	if (got == 1)
		say(d, OK, "database", "whole", "");
	else
		say(d, FAIL, "database",
			got == 0 ? arena_printf(&d->arena, "%.*s", STR_ARG(why))
				 : arena_printf(&d->arena, "%s", e.text),
			"'morningpost db restore' brings a backup back");
	if (got == 1)
		look_at_links(d, p, db);
	db_close(db);
}

/* Dialled with a message that is taken back before anything of it is written. */
static void
look_at_relay(struct doctor *d, struct relay_loop *loop, struct relay *relay)
{
	int64_t until = clock_steady() + 40 * CLOCK_SECOND;
	struct relay_message m = { .id = 1,
		.from = STR("<>"),
		.to = STR("nobody@invalid"),
		.body = splice_copy(STR("\r\n")) };
	struct relay_event ev[4];
	uint64_t due;

	relay_offer(relay, &m);
	relay_flush(loop);
	while (clock_steady() < until) {
		size_t n = relay_wait(loop, clock_steady() + CLOCK_SECOND / 10, ev, 4);

		for (size_t i = 0; i < n; i++)
			if (ev[i].kind == RELAY_REFUSED || ev[i].kind == RELAY_DOWN) {
				say(d, FAIL, "relay",
					arena_printf(&d->arena, "%s: %s", relay_name(relay),
						ev[i].reply.text),
					"see relays: in morningpost.yaml(5)");
				return;
			}
		if (relay_is_proven(relay) || relay_due(relay, false, &due, 1)) {
			relay_withdraw(relay, 1);
			say(d, OK, "relay",
				arena_printf(&d->arena, "%s answers%s", relay_name(relay),
					relay_takes_smtputf8(relay) ? "" : ", without SMTPUTF8"),
				"");
			return;
		}
	}
	say(d, FAIL, "relay",
		arena_printf(&d->arena, "%s: no answer in 40 seconds", relay_name(relay)),
		"is it running, and may we reach it?");
}

static void
look_at_relays(struct doctor *d, const struct publication *p)
{
	struct relays relays;
	struct err e;

	if (relays_open(p, &relays, &e) < 0) {
		say_error(d, "relays", &e, "see relays: in morningpost.yaml(5)");
		return;
	}
	for (size_t i = 0; i < relays.count; i++) {
		if (str_starts(str_of(p->settings.relays[i].url), STR("maildir:")))
			say(d, WARN, "relay",
				arena_printf(&d->arena, "%s: mail stays on this machine",
					relay_name(relays.relay[i])),
				"name an SMTP relay when you are ready");
		else
			look_at_relay(d, relays.loop, relays.relay[i]);
	}
	relay_quit(relays.loop, 5 * CLOCK_SECOND);
	relays_close(&relays);
}

int
cmd_doctor(struct context *c, int argc, char **argv, struct err *e)
{
	struct doctor d = { .out = &c->out };
	struct publication p;

	if (argc != 1)
		return command_usage("doctor", e, "it does not know '%s'", argv[1]);
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	look_at_settings(&d, &p);
	look_at_modes(&d, &p);
	look_at_space(&d, &p);
	look_at_keys(&d, &p);
	look_at_sources(&d, &p);
	look_at_database(&d, &p);
	look_at_relays(&d, &p);
	out_end(&c->out);
	arena_free(&d.arena);
	publication_close(&p);
	return d.failed ? ERR_CONFIG : 0;
}
