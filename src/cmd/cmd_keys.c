/* cmd_keys.c: `morningpost keys`: which keys there are, a new one, an old one gone. */
#include <string.h>

#include "base/clock.h"
#include "cmd/keys_dkim.h"
#include "settings/keys.h"
#include "settings/publication.h"
#include "store/db.h"
#include "store/issue.h"

const char cmd_keys_help[] =
	"  show         the keys, and which one signs\n"
	"  rotate       make a new key that signs from now on; links made with the old ones live "
	"on\n"
	"  retire ID    remove an old key for good: the links made with it are dead. Not within\n"
	"               60 days of an issue that went out with it (75), but for --force\n"
	"  spool        the key that a public-only host seals wishes to; made if there is none.\n"
	"               Copy var/keys/*.pub to that host, and nothing else of var/keys\n"
	"  dkim [--selector S] [--domain D] [--algorithm rsa|ed25519]\n"
	"               the keys that sign the mail, each with the DNS record that publishes it;\n"
	"               what the settings name and is missing is made. With an option, or\n"
	"               without dkim: in the settings: a key for that selector (default: post\n"
	"               and the month), and the line that the settings need\n";

/* RELIABILITY W4: mails are read for as long, and who cannot leave complains instead. */
#define LINKS_LIVE (60 * CLOCK_DAY)

static int
show(struct context *c, const struct publication *p, struct err *e)
{
	struct keys keys;

	if (keys_load(p->dir, true, &keys, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	for (size_t i = 0; i < keys.count; i++) {
		const struct key_pair *k = &keys.pairs[i];
		struct buf public;

		buf_init(&public, 64);
		sign_base64url(
			(struct str){ .p = (const char *)k->public, .n = SIGN_PUBLIC }, &public);
		out_object(&c->out, NULL);
		out_int(&c->out, "id", k->id);
		out_str(&c->out, "public", buf_str(&public));
		out_bool(&c->out, "signs", k == keys_current(&keys));
		out_end(&c->out);
		out_line(&c->out, "%3d  Ed25519  %s%s", k->id, buf_z(&public),
			k == keys_current(&keys) ? "  signs" : "");
		buf_free(&public);
	}
	out_end(&c->out);
	keys_free(&keys);
	return 0;
}

static int
rotate(struct context *c, const struct publication *p, struct err *e)
{
	int id;

	if (keys_rotate(p->dir, &id, e) < 0)
		return -1;
	out_object(&c->out, NULL);
	out_int(&c->out, "id", id);
	out_end(&c->out);
	out_line(&c->out,
		"it signs from now on; the older ones are still read ('keys retire ID' ends that)");
	return 0;
}

/* Is there an issue in the mailboxes whose links are this key's, and still to work? */
static int
check_links(const struct publication *p, int id, struct err *e)
{
	int64_t until, since = clock_now() - LINKS_LIVE;
	char when[24];
	struct db *db;
	int got;

	if (keys_signed_until(p->dir, id, &until, e) < 0)
		return -1;
	if (db_open(p->dir, DB_PATH, DB_READ, &db, e) < 0)
		return -1;
	got = issue_begun_between(db, since, until, e);
	db_close(db);
	if (got <= 0)
		return got;
	clock_rfc3339(until + LINKS_LIVE, when);
	return err_set(e, ERR_TEMPFAIL,
		"key %d signed links in issues of the last 60 days, and whoever follows one could "
		"not leave the list: retire it after %s, or --force",
		id, when);
}

static int
retire(struct context *c, const struct publication *p, const char *word, bool force, struct err *e)
{
	uint64_t id;

	if (!str_u64(str_of(word), 255, &id))
		return command_usage("keys", e, "retire takes a key's number, not '%s'", word);
	if (!force && check_links(p, (int)id, e) < 0)
		return -1;
	if (keys_retire(p->dir, (int)id, e) < 0)
		return -1;
	out_line(&c->out, "key %d is gone, and the links made with it are dead", (int)id);
	out_object(&c->out, NULL);
	out_end(&c->out);
	return 0;
}

static int
spool(struct context *c, const struct publication *p, struct err *e)
{
	struct spool_pair pair;
	struct buf public;

	if (keys_spool_create(p->dir, e) < 0 || keys_spool_load(p->dir, &pair, e) < 0)
		return -1;
	buf_init(&public, 64);
	sign_base64url((struct str){ .p = (const char *)pair.public, .n = SEAL_PUBLIC }, &public);
	sign_wipe(&pair, sizeof pair);
	out_object(&c->out, NULL);
	out_str(&c->out, "public", buf_str(&public));
	out_end(&c->out);
	out_line(&c->out,
		"copy var/keys/*.pub to the public-only host, and nothing else of var/keys");
	buf_free(&public);
	return 0;
}

/* What the command line asks for: a letter for each, 0 for none of them. */
static char
action(int argc, char **argv)
{
	static const struct {
		const char *name;
		int argc;
	} actions[] = {
		{ "show", 2 },
		{ "rotate", 2 },
		{ "retire", 3 },
		{ "spool", 2 },
	};

	for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(argv[1], actions[i].name) == 0 && argc == actions[i].argc)
			return "srtp"[i];
	return 0;
}

/* --force out of the arguments, wherever it stands behind `retire`. */
static bool
take_force(int *argc, char **argv)
{
	int kept = 0;
	bool force = false;

	for (int i = 0; i < *argc; i++)
		if (i > 1 && strcmp(argv[1], "retire") == 0 && strcmp(argv[i], "--force") == 0)
			force = true;
		else
			argv[kept++] = argv[i];
	*argc = kept;
	return force;
}

int
cmd_keys(struct context *c, int argc, char **argv, struct err *e)
{
	bool force = take_force(&argc, argv);
	bool dkim = argc > 1 && strcmp(argv[1], "dkim") == 0;
	char what = dkim ? 'd' : action(argc, argv);
	struct publication p;
	int status;

	if (!what)
		return command_usage("keys", e,
			"it takes show, rotate, spool, dkim, or retire and a key's number");
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	if (what == 'd')
		status = keys_dkim(c, &p, argc - 1, argv + 1, e);
	else if (what == 's')
		status = show(c, &p, e);
	else if (what == 'r')
		status = rotate(c, &p, e);
	else if (what == 'p')
		status = spool(c, &p, e);
	else
		status = retire(c, &p, argv[2], force, e);
	publication_close(&p);
	return status;
}
