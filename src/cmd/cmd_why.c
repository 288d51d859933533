/* cmd_why.c: `morningpost why`: every fact about one person and one issue, and what follows from
 * them. */
#include <getopt.h>

#include "cmd/command.h"
#include "cmd/desk.h"
#include "cmd/options.h"
#include "mail/address.h"
#include "store/delivery.h"
#include "store/event.h"
#include "store/subscriber.h"

const char cmd_why_help[] = "  EMAIL       who asks\n"
			    "  --date D    the issue of that day (default: today)\n";

static int
print_event(void *context, const struct event *ev, struct err *e)
{
	struct out *o = context;
	char when[24];

	(void)e;
	clock_rfc3339(ev->at, when);
	out_object(o, NULL);
	out_time(o, "at", ev->at);
	out_str(o, "kind", ev->kind);
	out_str(o, "detail", ev->detail);
	out_end(o);
	out_line(o, "  %s  %.*s %.*s", when, STR_ARG(ev->kind), STR_ARG(ev->detail));
	return 0;
}

/* Why there is no row for them: the first reason that holds. */
static const char *
why_no_row(const struct subscriber *s, const struct issue *issue, bool begun, struct day day)
{
	char text[11];

	clock_print_day(day, text);
	if (!begun)
		return "the issue has not been begun";
	if (issue->state == ISSUE_PLANNING && s->id > issue->planned_to)
		return "the issue is being planned and has not come to them yet";
	if (s->state != SUBSCRIBER_ACTIVE)
		return s->state_at <= issue->started_at ? "they were not active when it was planned"
							: "they are not active";
	if (s->created_at > issue->started_at)
		return "they came onto the list after it was planned; 'send --only-missed' is not "
		       "for them, the next issue is";
	if (s->paused_until.n && str_cmp(s->paused_until, str_of(text)) > 0)
		return "they have paused";
	if (str_eqz(s->frequency, "saturday") && clock_weekday(day) != 6)
		return "they take Saturday's issue only";
	return "it was sent to a part of the list (--tag) that they are not in; 'send "
	       "--only-missed' serves them";
}

static const char *
what_follows(enum delivery_state s, const struct issue *issue)
{
	switch (s) {
	case DELIVERY_QUEUED:
		return issue->state == ISSUE_STALE ? "the issue's last moment is past"
						   : "the next send serves them";
	case DELIVERY_SENDING:
		return "a send has it in hand, or ended with it on the wire: then the next one "
		       "treats it as in doubt";
	case DELIVERY_SENT:
		return "nothing: a relay has taken it";
	case DELIVERY_DEFERRED:
		return "it is tried again at the time above";
	case DELIVERY_FAILED:
		return "nothing: it is not tried again for this issue";
	case DELIVERY_IN_DOUBT:
		return "the next send sends it again (send.in_doubt: resend), or 'morningpost "
		       "resolve' settles it";
	case DELIVERY_SKIPPED:
		return "nothing: they left before it was sent";
	}
	return "";
}

static void
print_row(struct out *o, const struct delivery_row *row, const struct issue *issue)
{
	out_strz(o, "delivery", delivery_state_name(row->state));
	out_int(o, "attempts", row->attempts);
	out_int(o, "doubts", row->doubts);
	out_time(o, "changed_at", row->changed_at);
	out_time(o, "next_at", row->next_at);
	if (row->relay.n)
		out_str(o, "relay", row->relay);
	if (row->code)
		out_int(o, "code", row->code);
	if (row->status.n)
		out_str(o, "status", row->status);
	if (row->words.n)
		out_str(o, "words", row->words);
	out_strz(o, "so", what_follows(row->state, issue));
}

static int
explain(struct context *c, struct desk *d, struct day day, const char *email, struct err *e)
{
	struct address address;
	struct subscriber s;
	struct issue issue = { 0 };
	struct delivery_row row;
	const char *why;
	char text[11];
	int known, begun, has_row = 0, status;

	if (address_parse(str_trim(str_of(email)), &d->arena, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_USAGE, "why: '%s' is not an address: %s", email, why);
	known = subscriber_find(d->db, address.key, &d->arena, &s, e);
	begun = known < 0 ? -1 : issue_find(d->db, day, &d->arena, &issue, e);
	if (known == 1 && begun == 1)
		has_row = delivery_get(d->db, issue.id, s.id, &d->arena, &row, e);
	if (known < 0 || begun < 0 || has_row < 0)
		return -1;
	clock_print_day(day, text);
	out_object(&c->out, NULL);
	out_str(&c->out, "email", address.envelope);
	out_strz(&c->out, "issue", text);
	if (known == 0) {
		out_null(&c->out, "state");
		out_strz(&c->out, "so", "they are not on the list");
		out_end(&c->out);
		return err_set(e, ERR_NOINPUT, "%s: not on the list", email);
	}
	out_strz(&c->out, "state", subscriber_state_name(s.state));
	out_time(&c->out, "since", s.state_at);
	if (s.state_why.n)
		out_str(&c->out, "because", s.state_why);
	if (has_row)
		print_row(&c->out, &row, &issue);
	else
		out_strz(&c->out, "so", why_no_row(&s, &issue, begun == 1, day));
	out_array(&c->out, "events");
	status = event_each(d->db, s.id, print_event, &c->out, e);
	out_end(&c->out);
	out_end(&c->out);
	return status;
}

int
cmd_why(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{"date", required_argument, NULL, 'd' },
                { 0 }
	};
	const char *date = NULL;
	struct day day;
	struct desk d;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd')
			return command_usage("why", e, "it does not know '%s', or it needs a value",
				argv[optind - 1]);
		date = optarg;
	}
	if (argc - optind != 1)
		return command_usage("why", e, "it takes one EMAIL");
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = options_day("why", date, &d.publication, &day, e);
	if (status == 0)
		status = explain(c, &d, day, argv[optind], e);
	desk_close(&d);
	return status;
}
