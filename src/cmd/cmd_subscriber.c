/* cmd_subscriber.c: `morningpost subscriber VERB`: the table of verbs, and those that look. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cmd/subscriber.h"
#include "store/consent.h"
#include "store/event.h"
#include "store/owed.h"
#include "store/person.h"

const char cmd_subscriber_help[] =
	"  add EMAIL [--name N] [--tag T]... [--pending] [--resubscribe]\n"
	"      put somebody on the list. --pending: they have not confirmed yet.\n"
	"      Who left or bounced comes back only with --resubscribe (65 without);\n"
	"      who complained never does.\n"
	"  set EMAIL [--email E] [--name N] [--tag +T|-T]... [--timezone Z|none]\n"
	"      [--frequency daily|saturday] [--pause DATE|none]\n"
	"      change what is known of them; their links stay valid\n"
	"  remove EMAIL\n"
	"      no more mail; the row and its history stay\n"
	"  erase EMAIL\n"
	"      every trace of them goes, but a keyed hash that keeps the address off the\n"
	"      list for good ('suppress remove' lifts that). Backups made before still\n"
	"      have them: delete those, or erase again after a restore\n"
	"  show EMAIL\n"
	"      all that is known of one person\n"
	"  held EMAIL\n"
	"      everything that is held of one person, as JSON: what readers get who ask\n"
	"      for it by the page of their preferences\n"
	"  check EMAIL|-\n"
	"      is it an address we take? prints the envelope form, and 'smtputf8' when\n"
	"      only a relay with SMTPUTF8 can take it; why not: 65. - reads one from\n"
	"      standard input. Needs no publication\n"
	"  list [--state S] [--tag T]\n"
	"      S: pending, active, unsubscribed, bounced or complained\n"
	"  import FILE|- [--dry-run] [--strict] [--encoding NAME] [--resubscribe]\n"
	"      CSV with a header row; columns email, name, tags (a;b), state, timezone;\n"
	"      others are named and left out. Separated by comma, semicolon or tab. UTF-8,\n"
	"      UTF-16 with its mark, or what --encoding says (latin1, windows-1252, ...).\n"
	"      A bad row is told with its line and stops no other: 0 when any row was\n"
	"      taken, 65 when all were bad. --strict: all rows or none (65). --dry-run:\n"
	"      say what would happen. Nobody who left, bounced or complained is brought\n"
	"      back; --resubscribe brings back who left or bounced. A row whose state is\n"
	"      one of leaving takes somebody off the list\n"
	"  import --undo RUN\n"
	"      take back one import, by the number that it told\n"
	"  export [-o FILE] [--all]\n"
	"      the same CSV; active ones, --all: everybody. FILE is 0600\n"
	"\n"
	"Limits: names 200 characters, tags 64 bytes and 50 at a time; CSV 64 columns,\n"
	"64 KiB a field, 1 MiB a line. Nobody with that address: 66.\n";

static const struct {
	const char *name;
	command_fn *run;
} verbs[] = {
	{ "add", subscriber_add_verb },
	{ "set", subscriber_set_verb },
	{ "remove", subscriber_remove_verb },
	{ "erase", subscriber_erase_verb },
	{ "show", subscriber_show_verb },
	{ "held", subscriber_held_verb },
	{ "check", subscriber_check_verb },
	{ "list", subscriber_list_verb },
	{ "import", subscriber_import_verb },
	{ "export", subscriber_export_verb },
};

int
cmd_subscriber(struct context *c, int argc, char **argv, struct err *e)
{
	char name[64];

	if (argc < 2)
		return command_usage(argv[0], e,
			"it needs a verb: add, set, remove, erase, show, held, check, list, import "
			"or export");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].name) == 0) {
			snprintf(name, sizeof name, "subscriber %s", verbs[i].name);
			argv[1] = name;
			return verbs[i].run(c, argc - 1, argv + 1, e);
		}
	return command_usage(argv[0], e, "'%s' is none of its verbs", argv[1]);
}

int
subscriber_one_email(const char *verb, int argc, char **argv, const char **out, struct err *e)
{
	if (optind == argc)
		return command_usage(verb, e, "it needs an address");
	if (argc - optind > 1)
		return command_usage(
			verb, e, "one address at a time: '%s' is a second", argv[optind + 1]);
	*out = argv[optind];
	return 0;
}

int
subscriber_with_one(struct context *c, int argc, char **argv, enum db_mode mode,
	subscriber_one_fn *one, struct err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	int opt = getopt_long(argc, argv, ":", none, NULL), status;
	const char *email;
	struct desk d;

	if (opt != -1)
		return command_bad_option(argv[0], opt, argv, e);
	if (subscriber_one_email(argv[0], argc, argv, &email, e) < 0 ||
		desk_open(&d, c, mode, e) < 0)
		return -1;
	status = one(c, &d, email, e);
	desk_close(&d);
	return status;
}

struct str
subscriber_join_tags(struct arena *a, const struct subscriber *s, const char *separator)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < s->tag_count; i++) {
		if (i)
			buf_addz(&b, separator);
		buf_add(&b, s->tags[i]);
	}
	return buf_keep(&b, a);
}

static void
out_if(struct out *o, const char *key, struct str v)
{
	if (v.n)
		out_str(o, key, v);
	else
		out_null(o, key);
}

void
subscriber_out(struct out *o, struct arena *a, const struct subscriber *s)
{
	out_str(o, "email", o->json ? s->email : str_of(desk_shown(a, s->email)));
	if (o->json || s->name.n)
		out_str(o, "name", s->name);
	out_strz(o, "state", subscriber_state_name(s->state));
	out_time(o, "state_at", s->state_at);
	out_if(o, "state_why", s->state_why);
	if (o->json) {
		out_array(o, "tags");
		for (size_t i = 0; i < s->tag_count; i++)
			out_str(o, NULL, s->tags[i]);
		out_end(o);
	} else {
		out_if(o, "tags", subscriber_join_tags(a, s, ", "));
	}
	out_if(o, "timezone", s->timezone);
	out_str(o, "frequency", s->frequency);
	out_if(o, "paused_until", s->paused_until);
	out_time(o, "created_at", s->created_at);
	out_time(o, "updated_at", s->updated_at);
	out_int(o, "id", s->id);
}

/* show */

static int
show_event(void *context, const struct event *event, struct err *e)
{
	struct out *o = context;
	char at[24];

	(void)e;
	clock_rfc3339(event->at, at);
	out_line(o, "%s  %.*s %.*s", at, STR_ARG(event->kind), STR_ARG(event->detail));
	out_object(o, NULL);
	out_time(o, "at", event->at);
	out_str(o, "kind", event->kind);
	out_str(o, "detail", event->detail);
	out_end(o);
	return 0;
}

static int
show_note(void *context, const struct owed *note, struct err *e)
{
	struct out *o = context;
	const char *state = delivery_state_name(note->state);
	char at[24];

	(void)e;
	clock_rfc3339(note->owed_at, at);
	out_line(o, "%s  note: %s, %s%s%.*s", at, owed_kind_name(note->kind), state,
		note->words.n ? ": " : "", STR_ARG(note->words));
	out_object(o, NULL);
	out_time(o, "at", note->owed_at);
	out_strz(o, "kind", owed_kind_name(note->kind));
	out_strz(o, "state", state);
	out_str(o, "words", note->words);
	out_time(o, "done_at", note->done_at);
	out_end(o);
	return 0;
}

static int
show_consent(void *context, const struct consent *consent, struct err *e)
{
	struct out *o = context;
	char at[24];

	(void)e;
	clock_rfc3339(consent->at, at);
	out_line(o, "%s  %s, %.*s, from %.*s: \"%.*s\"", at, consent_step_name(consent->step),
		STR_ARG(consent->via), STR_ARG(consent->address), STR_ARG(consent->words));
	out_object(o, NULL);
	out_time(o, "at", consent->at);
	out_strz(o, "step", consent_step_name(consent->step));
	out_str(o, "via", consent->via);
	out_str(o, "address", consent->address);
	out_str(o, "words", consent->words);
	out_end(o);
	return 0;
}

static int
show(struct context *c, struct desk *d, const char *email, struct err *e)
{
	struct subscriber s;
	int status;

	if (desk_find(d, email, &s, e) < 0)
		return -1;
	out_object(&c->out, NULL);
	subscriber_out(&c->out, &d->arena, &s);
	if (s.import_run)
		out_int(&c->out, "import_run", s.import_run);
	out_array(&c->out, "events");
	status = event_each(d->db, s.id, show_event, &c->out, e);
	out_end(&c->out);
	out_array(&c->out, "notes");
	if (status == 0)
		status = owed_each(d->db, s.id, show_note, &c->out, e);
	out_end(&c->out);
	out_array(&c->out, "consent");
	if (status == 0)
		status = consent_each(d->db, s.id, show_consent, &c->out, e);
	out_end(&c->out);
	out_end(&c->out);
	return status;
}

int
subscriber_show_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return subscriber_with_one(c, argc, argv, DB_READ, show, e);
}

/* held */

static int
held(struct context *c, struct desk *d, const char *email, struct err *e)
{
	struct subscriber s;
	struct str json = { 0 };
	int got = desk_find(d, email, &s, e);

	if (got == 0)
		got = person_json(d->db, s.id, &d->arena, &json, e);
	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, ERR_NOINPUT, "%s: was erased a moment ago", email);
	if (fwrite(json.p, 1, json.n, c->out.to) != json.n)
		return err_set(e, ERR_IO, "standard output could not be written");
	return 0;
}

int
subscriber_held_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return subscriber_with_one(c, argc, argv, DB_READ, held, e);
}

/* list */

static void
list_line(struct out *o, struct arena *a, const struct subscriber *s)
{
	const char *shown = desk_shown(a, s->email);
	size_t width = text_width(str_of(shown));
	struct str tags = subscriber_join_tags(a, s, ",");

	out_line(o, "%s%*s  %-12s  %.*s%s%.*s%s", shown, width < 36 ? (int)(36 - width) : 0, "",
		subscriber_state_name(s->state), STR_ARG(s->name), tags.n ? "  [" : "",
		STR_ARG(tags), tags.n ? "]" : "");
}

static int
list_one(void *context, const struct subscriber *s, struct err *e)
{
	struct out *o = context;
	struct arena a = { 0 };

	if (o->json) {
		out_object(o, NULL);
		subscriber_out(o, &a, s);
		out_end(o);
	} else {
		list_line(o, &a, s);
	}
	arena_free(&a);
	/* A reader that has gone away (head) ends it here and not a million rows later. */
	if (ferror(o->to))
		return err_set(e, ERR_IO, "standard output could not be written");
	return 0;
}

int
subscriber_list_verb(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "state", required_argument, NULL, 's' },
		{ "tag", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	enum subscriber_state state;
	int only = -1, opt, status;
	struct str tag = { 0 };
	struct desk d;

	while ((opt = getopt_long(argc, argv, "+:", longs, NULL)) != -1)
		if (opt == 't') {
			tag = str_of(optarg);
		} else if (opt == 's') {
			if (!subscriber_state_parse(str_of(optarg), &state))
				return command_usage(argv[0], e,
					"'%s' is no state; they are pending, active, unsubscribed, "
					"bounced, complained",
					optarg);
			only = (int)state;
		} else {
			return command_bad_option(argv[0], opt, argv, e);
		}
	if (optind < argc)
		return command_usage(
			argv[0], e, "it takes no argument, and was given '%s'", argv[optind]);
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	status = subscriber_each(d.db, only, tag, list_one, &c->out, e);
	out_end(&c->out);
	desk_close(&d);
	return status;
}
