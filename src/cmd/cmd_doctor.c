/* cmd_doctor.c: `morningpost doctor`: is everything as it must be for tomorrow morning? */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/doctor.h"
#include "cmd/options.h"
#include "collect/collect.h"
#include "deliver/identity.h"
#include "deliver/relays.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/db.h"
#include "store/owed.h"

/* So long may a note wait before somebody should know. */
#define NOTES_PATIENCE (600 * CLOCK_SECOND)

const char cmd_doctor_help[] =
	"  --roundtrip   also send a message through each relay to doctor.roundtrip.email, fetch "
	"it\n"
	"                from there, and read what the mailbox says of SPF, DKIM and DMARC\n"
	"  --dns SERVER  ask that name server (ADDRESS or ADDRESS:PORT), not the machine's\n"
	"\n"
	"Looks at settings, permissions, database, keys, sources, relays, and at what the DNS says "
	"of\n"
	"the names that mail comes from; then at the rules that Gmail, Yahoo and Outlook have for\n"
	"bulk mail. A line each: ok, warn or fail, and the remedy. Relays are dialled up to their\n"
	"EHLO; but for --roundtrip nothing is sent, and no source is asked. Names that are kept\n"
	"for examples are asked for only with --dns. Exit code 78 when something fails.\n";

/* All questions to the DNS together. */
#define DNS_PATIENCE (30 * CLOCK_SECOND)

static void
look_at_settings(struct doctor *d, const struct publication *p)
{
	const char *url = p->settings.publication.url;

	doctor_say(d, DOCTOR_OK, "settings", "morningpost.yaml is read to its last key", "");
	if (!str_starts(str_of(url), STR("https://")))
		doctor_say(d, DOCTOR_WARN, "url", url,
			"mail clients offer one-click unsubscribe for https only: put a reverse "
			"proxy with TLS in front");
	else
		doctor_say(d, DOCTOR_OK, "url", url, "");
	if (str_ends(str_of(url), STR("example.org")))
		doctor_say(d, DOCTOR_WARN, "url", "the sample's host",
			"name your own in publication.url and sender.from");
}

static void
look_at_modes(struct doctor *d, const struct publication *p)
{
	static const char *const folders[] = { "issues", "pictures", "templates" };
	struct stat st;

	if (fstatat(p->dir, "var", &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & 077))
		doctor_say(d, DOCTOR_WARN, "var", "others can look into it", "chmod 700 var");
	else
		doctor_say(d, DOCTOR_OK, "var", "ours alone", "");
	if (fstatat(p->dir, "morningpost.yaml", &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & 2))
		doctor_say(d, DOCTOR_FAIL, "settings", "everybody can write to morningpost.yaml",
			"chmod o-w morningpost.yaml");
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		if (fstatat(p->dir, folders[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			doctor_say(d, i == 0 ? DOCTOR_FAIL : DOCTOR_WARN, folders[i],
				strerror(errno), "make the folder");
		else if (st.st_mode & 2)
			doctor_say(d, DOCTOR_FAIL, folders[i], "everybody can write to it",
				"chmod o-w");
		else
			doctor_say(d, DOCTOR_OK, folders[i], "there", "");
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
	doctor_say(d,
		mb < 50    ? DOCTOR_FAIL
		: mb < 500 ? DOCTOR_WARN
			   : DOCTOR_OK,
		"disk", arena_printf(&d->arena, "%ju MB are free", mb),
		mb < 500 ? "make room: the ledger stops a send that it cannot record" : "");
}

static void
look_at_keys(struct doctor *d, const struct publication *p)
{
	struct keys keys;
	struct err e;

	if (keys_load(p->dir, false, &keys, &e) < 0) {
		doctor_say_error(d, "keys", &e, "bring var/keys back from a backup");
		return;
	}
	doctor_say(d, DOCTOR_OK, "keys",
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
	doctor_say(d, *names ? DOCTOR_OK : DOCTOR_WARN, "sources", *names ? names : "none",
		*names ? "" : "name some in sources: or take the section out");
	for (size_t i = 0; i < sizeof token_files / sizeof token_files[0]; i++)
		if (collect_token(p->dir, token_files[i], &d->arena, &token, &e) < 0)
			doctor_say_error(d, "sources", &e, "see sources: in morningpost.yaml(5)");
	if (s->github.url && !s->github.token_file)
		doctor_say(d, DOCTOR_WARN, "sources",
			"GitHub is asked without a token: 60 questions an hour",
			"name a token_file in sources.github");
}

static void
look_at_links(struct doctor *d, const struct publication *p, struct db *db)
{
	struct str known = { 0 };
	struct err e;
	int same = identity_same(p, db, &d->arena, &known, &e);

	if (same == 1)
		doctor_say(d, DOCTOR_OK, "links",
			arena_printf(
				&d->arena, "are signed for %s", p->settings.publication.list_id),
			"");
	else
		doctor_say(d, DOCTOR_FAIL, "links",
			same < 0 ? arena_printf(&d->arena, "%s", e.text)
				 : arena_printf(&d->arena,
					   "list_id is %s, and in older mail it is %.*s",
					   p->settings.publication.list_id, STR_ARG(known)),
			"put the old one under publication, or the links in older mail die");
}

/* Who asked for the paper waits for the mail that confirms it. */
static void
look_at_notes(struct doctor *d, struct db *db)
{
	int64_t since;
	struct err e;
	int got = owed_waits_since(db, &since, &e);
	char at[24];

	if (got < 0)
		doctor_say_error(d, "notes", &e, "");
	if (got <= 0 || clock_now() - since < NOTES_PATIENCE)
		return;
	clock_rfc3339(since, at);
	doctor_sayf(d, DOCTOR_WARN, "notes",
		"keep 'morningpost notes --follow' running: morningpost-notes.service",
		"some are owed since %s and were never tried", at);
}

static void
look_at_database(struct doctor *d, const struct publication *p)
{
	struct str why = { 0 };
	struct err e;
	struct db *db;
	int got;

	if (db_open(p->dir, DB_PATH, DB_READ, &db, &e) < 0) {
		doctor_say_error(
			d, "database", &e, "'morningpost db restore' brings a backup back");
		return;
	}
	got = db_check(db, &d->arena, &why, &e);
	if (got == 1)
		doctor_say(d, DOCTOR_OK, "database", "whole", "");
	else
		doctor_say(d, DOCTOR_FAIL, "database",
			got == 0 ? arena_printf(&d->arena, "%.*s", STR_ARG(why))
				 : arena_printf(&d->arena, "%s", e.text),
			"'morningpost db restore' brings a backup back");
	if (got == 1) {
		look_at_links(d, p, db);
		look_at_notes(d, db);
	}
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
				doctor_say(d, DOCTOR_FAIL, "relay",
					arena_printf(&d->arena, "%s: %s", relay_name(relay),
						ev[i].reply.text),
					"see relays: in morningpost.yaml(5)");
				return;
			}
		if (relay_is_proven(relay) || relay_due(relay, false, &due, 1)) {
			relay_withdraw(relay, 1);
			doctor_say(d, DOCTOR_OK, "relay",
				arena_printf(&d->arena, "%s answers%s", relay_name(relay),
					relay_takes_smtputf8(relay) ? "" : ", without SMTPUTF8"),
				"");
			return;
		}
	}
	doctor_say(d, DOCTOR_FAIL, "relay",
		arena_printf(&d->arena, "%s: no answer in 40 seconds", relay_name(relay)),
		"is it running, and may we reach it?");
}

static void
look_at_relays(struct doctor *d, const struct publication *p)
{
	struct relays relays;
	struct err e;

	if (relays_open(p, &relays, &e) < 0) {
		doctor_say_error(d, "relays", &e, "see relays: in morningpost.yaml(5)");
		return;
	}
	for (size_t i = 0; i < relays.count; i++) {
		if (str_starts(str_of(p->settings.relays[i].url), STR("maildir:")))
			doctor_say(d, DOCTOR_WARN, "relay",
				arena_printf(&d->arena, "%s: mail stays on this machine",
					relay_name(relays.relay[i])),
				"name an SMTP relay when you are ready");
		else
			look_at_relay(d, relays.loop, relays.relay[i]);
	}
	relay_quit(relays.loop, 5 * CLOCK_SECOND);
	relays_close(&relays);
}

/* RFC 2606, 6761: nobody has them. */
static bool
is_reserved(struct str domain)
{
	static const char *const ends[] = { ".example", ".test", ".invalid", ".localhost",
		".example.org", ".example.com", ".example.net" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (str_ends(domain, str_of(ends[i])) || str_eqz(domain, ends[i] + 1))
			return true;
	return false;
}

static void
ask_names(struct doctor *d)
{
	doctor_look_at_spf(d);
	doctor_look_at_dkim(d);
	doctor_look_at_dmarc(d);
	doctor_look_at_mx(d);
	doctor_look_at_ptr(d);
	doctor_look_at_mta_sts(d);
	doctor_look_at_bimi(d);
	doctor_look_at_rules(d);
}

static int
look_at_names(struct doctor *d, const char *server, struct err *e)
{
	const char *from = doctor_from_domain(d);

	if (!server && is_reserved(str_of(from))) {
		doctor_look_at_dkim(d);
		doctor_sayf(d, DOCTOR_OK, "dns", "", "%s is a name for examples: nothing is asked",
			from);
		return 0;
	}
	if (dns_open(server, DNS_PATIENCE, &d->dns, e) < 0) {
		if (e->code == ERR_USAGE)
			return err_wrap(e, "doctor: --dns");
		doctor_look_at_dkim(d);
		doctor_say_unknown(d, "dns", e);
		return 0;
	}
	ask_names(d);
	dns_close(d->dns);
	d->dns = NULL;
	return 0;
}

static int
look_at_all(struct doctor *d, const char *server, bool roundtrip, struct err *e)
{
	const struct publication *p = d->p;
	int status;

	for (int i = 0; i < DOCTOR_FACTS; i++)
		d->facts[i] = DOCTOR_UNKNOWN;
	out_array(d->out, NULL);
	look_at_settings(d, p);
	look_at_modes(d, p);
	look_at_space(d, p);
	look_at_keys(d, p);
	look_at_sources(d, p);
	look_at_database(d, p);
	look_at_relays(d, p);
	status = look_at_names(d, server, e);
	if (status == 0 && roundtrip)
		doctor_roundtrip(d);
	out_end(d->out);
	return status;
}

int
cmd_doctor(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "roundtrip", no_argument, NULL, 'r' },
		{ "dns", required_argument, NULL, 'n' }, { 0 } };
	struct doctor d = { .out = &c->out };
	const char *server = NULL;
	bool roundtrip = false;
	struct publication p;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'r' && opt != 'n')
			return command_bad_option("doctor", opt, argv, e);
		roundtrip = roundtrip || opt == 'r';
		server = opt == 'n' ? optarg : server;
	}
	if (options_no_argument("doctor", argc, argv, e) < 0)
		return -1;
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	d.p = &p;
	status = look_at_all(&d, server, roundtrip, e);
	arena_free(&d.arena);
	publication_close(&p);
	return status < 0 ? -1 : d.failed ? ERR_CONFIG : 0;
}
