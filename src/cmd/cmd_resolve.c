/* cmd_resolve.c: `morningpost resolve`: settle what is in doubt, by hand. */
#include <getopt.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/desk.h"
#include "cmd/options.h"
#include "store/delivery.h"
#include "store/event.h"
#include "store/subscriber.h"

const char cmd_resolve_help[] = "  EMAIL | --all    whose message is in doubt\n"
				"  sent | resend    it has come (a relay's log says so), or it is "
				"to be sent again by the next send\n"
				"  --date D         the issue of that day (default: today)\n";

enum { RELAYS = 64 * 1024 };

static int
write_down(struct desk *d, const struct issue *issue, int64_t subscriber, bool as_sent,
	struct str relays, int64_t *n, struct err *e)
{
	if (db_begin(d->db, e) < 0 ||
		delivery_resolve(d->db, issue->id, subscriber, as_sent, relays, clock_now(), n, e) <
			0 ||
		(*n && !as_sent && issue->state == ISSUE_SENT &&
			issue_set_state(d->db, issue->id, ISSUE_SENDING, (struct str){ 0 },
				clock_now(), e) < 0) ||
		(*n && event_add(d->db, clock_now(), as_sent ? "resolved-sent" : "resolved-resend",
			       subscriber, issue->id, (struct str){ 0 }, e) < 0) ||
		db_commit(d->db, e) < 0) {
		db_rollback(d->db);
		return -1;
	}
	return 0;
}

static int
settle(struct context *c, struct desk *d, struct day day, const char *who, bool as_sent,
	struct err *e)
{
	struct issue issue;
	int64_t subscriber = 0, n = 0;
	struct subscriber s;
	struct buf relays;
	int got;

	if (who && desk_find(d, who, &s, e) < 0)
		return -1;
	if (who)
		subscriber = s.id;
	got = issue_find(d->db, day, &d->arena, &issue, e);
	if (got <= 0)
		return got < 0 ? -1
			       : err_set(e, ERR_NOINPUT,
					 "that issue was never begun to be sent; name another day "
					 "with --date");
	buf_init(&relays, RELAYS);
	settings_relay_urls(&d->publication.settings, &relays);
	got = write_down(d, &issue, subscriber, as_sent, buf_str(&relays), &n, e);
	buf_free(&relays);
	if (got < 0)
		return -1;
	if (who && n == 0)
		return err_set(e, ERR_NOINPUT,
			"%s is not in doubt; 'morningpost why %s' says what is", who, who);
	out_object(&c->out, NULL);
	out_int(&c->out, "settled", n);
	out_end(&c->out);
	return 0;
}

int
cmd_resolve(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' },
		{ "all", no_argument, NULL, 'a' }, { 0 } };
	const char *date = NULL, *who = NULL;
	bool all = false, as_sent;
	struct day day;
	struct desk d;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt == 'd')
			date = optarg;
		else if (opt == 'a')
			all = true;
		else
			return command_bad_option("resolve", opt, argv, e);
	}
	if (!all && optind < argc)
		who = argv[optind++];
	if ((!all && !who) || argc - optind != 1 ||
		(strcmp(argv[optind], "sent") != 0 && strcmp(argv[optind], "resend") != 0))
		return command_usage(
			"resolve", e, "it takes EMAIL or --all, and then sent or resend");
	as_sent = strcmp(argv[optind], "sent") == 0;
	if (desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = options_day("resolve", date, &d.publication, &day, e);
	if (status == 0)
		status = settle(c, &d, day, who, as_sent, e);
	desk_close(&d);
	return status;
}
