/* cmd_send.c: `morningpost send`: deliver an issue to all who are due. */
#include <getopt.h>
#include <stdlib.h>

#include "base/arena.h"
#include "cmd/command.h"
#include "cmd/noting.h"
#include "cmd/options.h"
#include "cmd/sending.h"
#include "people/subscribe.h"

enum { TAGS = 100 };

const char cmd_send_help[] =
	"  --date D         the issue of that day (default: today)\n"
	"  --to EMAIL       a test copy to this address, and nothing else; may be repeated\n"
	"  --tag T          only those with this tag; may be repeated\n"
	"  --dry-run        say who would be served; send nothing\n"
	"  --max N          at most N messages in this run\n"
	"  --no-wait        do not stay for those who are deferred\n"
	"  --deadline T     end the run after this time, as in 30m\n"
	"  --only-missed    those who were on the list when it was planned and have nothing\n"
	"  --new-edition    the issue was changed: the new text for those not yet served\n"
	"  --force          though the check fails or the last moment is past; it is recorded\n"
	"\n"
	"Run it again to go on where it ended. Exit codes: 0 everybody is served; 75 some are "
	"left; 69 no relay\n"
	"reachable; 78 credentials or TLS refused.\n";

static int
take_tag(struct sending *s, const char *value, struct err *e)
{
	const char *why;

	if (!people_tag_ok(str_of(value), &why))
		return command_usage("send", e, "--tag '%.80s': %s", value, why);
	if (s->tag_count == TAGS)
		return command_usage("send", e, "--tag: more than %d of them", TAGS);
	s->tags[s->tag_count++] = str_of(value);
	return 0;
}

static int
take_option(struct sending *s, int opt, const char *value, struct err *e)
{
	uint64_t n;

	switch (opt) {
	case 't':
		s->to[s->to_count++] = value;
		return 0;
	case 'g':
		return take_tag(s, value, e);
	case 'D':
		s->dry_run = true;
		return 0;
	case 'm':
		if (!str_u64(str_of(value), 1000000000, &n) || n == 0)
			return command_usage(
				"send", e, "--max takes a number from 1, not '%s'", value);
		s->most = (int64_t)n;
		return 0;
	case 'w':
		s->no_wait = true;
		return 0;
	case 'l':
		if (!clock_parse_span(str_of(value), &s->deadline) || s->deadline == 0)
			return command_usage(
				"send", e, "--deadline takes a time, as in 30m, not '%s'", value);
		return 0;
	case 'f':
		s->force = true;
		return 0;
	case 'o':
		s->only_missed = true;
		return 0;
	case 'n':
		s->new_edition = true;
		return 0;
	default:
		return 1;
	}
}

static int
parse(int argc, char **argv, struct sending *s, const char **date, struct err *e)
{
	static const struct option longs[] = {
		{ "date", required_argument, NULL, 'd' },
		{ "to", required_argument, NULL, 't' },
		{ "tag", required_argument, NULL, 'g' },
		{ "dry-run", no_argument, NULL, 'D' },
		{ "max", required_argument, NULL, 'm' },
		{ "no-wait", no_argument, NULL, 'w' },
		{ "deadline", required_argument, NULL, 'l' },
		{ "force", no_argument, NULL, 'f' },
		{ "only-missed", no_argument, NULL, 'o' },
		{ "new-edition", no_argument, NULL, 'n' },
		{ 0 },
	};
	int opt, got;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt == 'd') {
			*date = optarg;
			continue;
		}
		got = take_option(s, opt, optarg, e);
		if (got < 0)
			return -1;
		if (got == 1)
			return command_bad_option("send", opt, argv, e);
	}
	if (optind < argc)
		return command_usage(
			"send", e, "it takes no argument, and was given '%s'", argv[optind]);
	/* A test copy is sent: whoever says --dry-run as well wants none of it. */
	if (s->to_count &&
		(s->dry_run || s->tag_count || s->most || s->only_missed || s->new_edition))
		return command_usage("send", e,
			"--to sends a test copy, and goes with none of --dry-run, --tag, --max, "
			"--only-missed and --new-edition");
	return 0;
}

int
cmd_send(struct context *c, int argc, char **argv, struct err *e)
{
	struct arena a = { 0 };
	struct sending s = { .to = arena_many(&a, (size_t)argc, const char *),
		.tags = arena_many(&a, (size_t)argc, struct str) };
	const char *date = NULL;
	struct publication p;
	int status = parse(argc, argv, &s, &date, e);

	if (status == 0)
		status = publication_open(c->dir, &p, e);
	if (status == 0) {
		status = options_day("send", date, &p, &s.day, e);
		if (status == 0)
			status = sending_run(c, &p, &s, e);
		if (status != ERR_USAGE && !s.to_count && !s.dry_run)
			noting_beside(&p, false);
		publication_close(&p);
	}
	arena_free(&a);
	return status;
}
