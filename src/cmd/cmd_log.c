/* cmd_log.c: `morningpost log`: the hash-chained record of consent, sends and leaves. */
#include <getopt.h>
#include <string.h>

#include "base/log.h"
#include "base/sign.h"
#include "cmd/desk.h"
#include "store/chain.h"
#include "store/consent.h"
#include "store/proof.h"

const char cmd_log_help[] =
	"  verify [--head N:HASH]  compute all of it again: is each row as it was written, and\n"
	"                          is none missing, added or moved? 65 if not, with the row.\n"
	"                          --head: and does it hold this row still, which an earlier\n"
	"                          verify or a backup printed? Keep one outside: who can write\n"
	"                          to the database can cut the end off, or begin it anew\n"
	"  show EMAIL              all that proves what happened with one person, as JSON:\n"
	"                          consent, events with their hashes, what was sent\n";

enum { TOLD = 100 };

/* -- verify ------------------------------------------------------------------------------------ */

struct telling {
	struct out *o;
	int64_t faults;
};

static const struct {
	const char *word, *sentence;
} faults[] = {
	[CHAIN_CHANGED] = { "changed", "was changed, or was put there, or the one before it was" },
	[CHAIN_MISSING] = { "missing", "missing" },
	[CHAIN_CUT_OFF] = { "cut off", "missing at the end" },
	[CHAIN_ADDED] = { "added", "added behind the newest that was recorded" },
	[CHAIN_NEW_PAST] = { "another", "not the one that was noted: it has another hash" },
};

static void
tell(void *context, enum chain_fault fault, int64_t id, int64_t last)
{
	struct telling *t = context;

	if (t->faults++ >= TOLD)
		return;
	out_object(t->o, NULL);
	out_strz(t->o, "fault", faults[fault].word);
	out_int(t->o, "event", id);
	out_int(t->o, "last", last);
	out_end(t->o);
	if (id == last)
		out_line(t->o, "event %lld: %s", (long long)id, faults[fault].sentence);
	else
		out_line(t->o, "events %lld to %lld: %s", (long long)id, (long long)last,
			faults[fault].sentence);
}

static void
tell_consent(void *context, int64_t subscriber)
{
	struct telling *t = context;

	if (t->faults++ >= TOLD)
		return;
	out_object(t->o, NULL);
	out_strz(t->o, "fault", "consent");
	out_int(t->o, "subscriber_id", subscriber);
	out_end(t->o);
	out_line(t->o, "subscriber %lld: the evidence of consent is not what the log says of it",
		(long long)subscriber);
}

static int
verify(struct context *c, struct db *db, const struct chain_head *known, struct err *e)
{
	struct telling t = { .o = &c->out };
	char text[CHAIN_HEX + 24];
	struct chain_head end;
	int64_t rows;
	int whole, evidence;

	out_object(&c->out, NULL);
	out_array(&c->out, "faults");
	whole = chain_verify(db, known, tell, &t, &end, &rows, e);
	evidence = whole < 0 ? -1 : consent_verify(db, tell_consent, &t, e);
	out_end(&c->out);
	if (evidence < 0)
		return -1;
	whole = whole && evidence;
	chain_print_head(&end, text);
	out_bool(&c->out, "whole", whole == 1);
	out_int(&c->out, "events", rows);
	out_strz(&c->out, "head", text);
	out_end(&c->out);
	if (whole == 1)
		return 0;
	if (t.faults > TOLD)
		out_line(&c->out, "and %lld more", (long long)(t.faults - TOLD));
	return err_set(e, ERR_DATA,
		"the log was altered in %lld place(s); 'morningpost db restore FILE' brings back a "
		"backup from before",
		(long long)t.faults);
}

static int
take_head(int argc, char **argv, struct chain_head *known, bool *given, struct err *e)
{
	static const struct option longs[] = { { "head", required_argument, NULL, 'h' }, { 0 } };
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'h')
			return command_bad_option("log", opt, argv, e);
		if (!chain_parse_head(str_of(optarg), known))
			return command_usage("log", e,
				"--head takes what verify printed, a number, a colon and 64 "
				"digits, "
				"not '%s'",
				optarg);
		*given = true;
	}
	return optind == argc
		       ? 0
		       : command_usage("log", e, "verify takes no argument, and was given '%s'",
				 argv[optind]);
}

static int
run_verify(struct context *c, int argc, char **argv, struct err *e)
{
	struct chain_head known;
	bool given = false;
	struct desk d;
	int status;

	if (take_head(argc, argv, &known, &given, e) < 0 || desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = verify(c, d.db, given ? &known : NULL, e);
	desk_close(&d);
	/* What was found is printed before it is said that something was. */
	if (status < 0 && e->code == ERR_DATA) {
		log_error("%s", e->text);
		return ERR_DATA;
	}
	return status;
}

/* -- show -------------------------------------------------------------------------------------- */

static void
out_hash(struct out *o, const char *key, struct str bytes)
{
	struct buf b;

	buf_init(&b, 2 * EVENT_HASH);
	sign_hex(bytes.n ? bytes : (struct str){ (const char[EVENT_HASH]){ 0 }, EVENT_HASH }, &b);
	out_str(o, key, buf_str(&b));
	buf_free(&b);
}

static int
show_event(void *context, const struct event *ev, struct err *e)
{
	struct out *o = context;

	(void)e;
	out_object(o, NULL);
	out_int(o, "event", ev->id);
	out_time(o, "time", ev->at);
	out_int(o, "at", ev->at);
	out_str(o, "kind", ev->kind);
	out_int(o, "subscriber_id", ev->subscriber);
	out_int(o, "issue_id", ev->issue);
	out_str(o, "detail", ev->detail);
	out_hash(o, "before", ev->before);
	out_hash(o, "hash", ev->hash);
	out_end(o);
	return 0;
}

static int
show_consent(void *context, const struct consent *c, struct err *e)
{
	struct out *o = context;

	(void)e;
	out_object(o, NULL);
	out_time(o, "time", c->at);
	out_strz(o, "step", consent_step_name(c->step));
	out_str(o, "words", c->words);
	out_str(o, "address", c->address);
	out_str(o, "via", c->via);
	out_int(o, "at", c->at);
	out_hash(o, "nonce", c->nonce);
	out_strz(o, "seal", c->seal);
	out_end(o);
	return 0;
}

static int
show_delivery(void *context, const struct proof_delivery *d, struct err *e)
{
	struct out *o = context;

	(void)e;
	out_object(o, NULL);
	out_str(o, "issue", d->day);
	out_int(o, "issue_id", d->issue);
	out_str(o, "state", d->state);
	out_time(o, "time", d->changed_at);
	out_int(o, "attempts", d->attempts);
	out_end(o);
	return 0;
}

static void
show_person(struct out *o, const struct subscriber *s)
{
	out_str(o, "email", s->email);
	out_int(o, "subscriber_id", s->id);
	out_strz(o, "state", subscriber_state_name(s->state));
	out_time(o, "state_at", s->state_at);
	out_str(o, "state_why", s->state_why);
	out_time(o, "created_at", s->created_at);
}

/* The lists of it, each from its table, in one read. */
static int
show_lists(struct out *o, struct db *db, int64_t id, struct err *e)
{
	out_array(o, "consent");
	if (consent_each(db, id, show_consent, o, e) < 0)
		return -1;
	out_end(o);
	out_array(o, "events");
	if (event_each(db, id, show_event, o, e) < 0)
		return -1;
	out_end(o);
	out_array(o, "deliveries");
	if (proof_deliveries(db, id, show_delivery, o, e) < 0)
		return -1;
	out_end(o);
	return 0;
}

static int
show(struct context *c, struct desk *d, const struct subscriber *s, struct err *e)
{
	struct out *o = &c->out;
	char head[CHAIN_HEX + 24];
	struct chain_head end;

	if (chain_head(d->db, &end, e) < 0)
		return -1;
	chain_print_head(&end, head);
	/* It is handed to others, and to programs: there is no other form of it. */
	o->json = true;
	out_object(o, NULL);
	show_person(o, s);
	if (show_lists(o, d->db, s->id, e) < 0)
		return -1;
	out_strz(o, "head", head);
	out_strz(o, "sealed",
		"SHA-256 of 'morningpost/consent/v1' and a line feed, nonce, then subscriber_id "
		"and "
		"at as big-endian 64-bit numbers, and step, words, address and via, each behind "
		"its "
		"length in 32 bits; it stands in an event of kind consented");
	out_strz(o, "hashed",
		"BLAKE2b-256 of 'morningpost/event/v1' and a line feed, before, then event, at, "
		"subscriber_id and issue_id as big-endian 64-bit numbers, the length of kind in 32 "
		"bits, kind, detail");
	out_end(o);
	return 0;
}

static int
run_show(struct context *c, int argc, char **argv, struct err *e)
{
	struct subscriber s;
	struct desk d;
	int status;

	if (argc != 2)
		return command_usage("log", e, "show needs one EMAIL");
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = desk_find(&d, argv[1], &s, e);
	if (status == 0)
		status = show(c, &d, &s, e);
	desk_close(&d);
	return status;
}

int
cmd_log(struct context *c, int argc, char **argv, struct err *e)
{
	if (argc >= 2 && strcmp(argv[1], "verify") == 0)
		return run_verify(c, argc - 1, argv + 1, e);
	if (argc >= 2 && strcmp(argv[1], "show") == 0)
		return run_show(c, argc - 1, argv + 1, e);
	return command_usage(argv[0], e,
		argc < 2 ? "it needs a verb: verify or show" : "'%s' is none of its verbs",
		argc < 2 ? "" : argv[1]);
}
