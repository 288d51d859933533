/* cmd_subscriber_check.c: `morningpost subscriber check`: is it an address we take? Needs no
 * publication. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/subscriber.h"
#include "mail/address.h"

/* Longer than any address could be even with much white space around it. */
enum { INPUT = 64 * 1024 };

static int
read_input(struct arena *a, struct str *out, struct err *e)
{
	char *to = arena_alloc(a, INPUT + 1);
	ssize_t have = file_take(STDIN_FILENO, to, INPUT + 1);

	if (have < 0)
		return err_set(e, ERR_IO, "standard input: %s", strerror(errno));
	if (have > INPUT)
		return err_set(e, ERR_DATA,
			"standard input: more than 64 KiB, where one address should be");
	*out = (struct str){ .p = to, .n = (size_t)have };
	return 0;
}

static int
check(struct context *c, struct str given, struct arena *a, struct err *e)
{
	struct address address;
	const char *why;
	char safe[300];

	given = str_trim(given);
	if (address_parse(given, a, &address, &why) == ADDRESS_BAD) {
		log_escape(given, safe, sizeof safe);
		return err_set(e, ERR_DATA, "'%s' is no address we take: %s", safe, why);
	}
	if (!c->out.json) {
		out_line(&c->out, "%.*s%s", STR_ARG(address.envelope),
			address.smtputf8 ? " smtputf8" : "");
		return 0;
	}
	out_object(&c->out, NULL);
	out_str(&c->out, "email", address.envelope);
	out_str(&c->out, "shown", address.shown);
	out_bool(&c->out, "smtputf8", address.smtputf8);
	out_end(&c->out);
	return 0;
}

int
subscriber_check_verb(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	struct arena a = { 0 };
	struct str given;
	const char *email;
	int opt, status = 0;

	/* "-x@example.org" is an address too, so what looks like an option is one only in the
	 * presence of --. */
	opt = argc == 2 ? -1 : getopt_long(argc, argv, "+:", none, NULL);
	if (argc == 2)
		optind = 1;
	if (opt != -1)
		return command_bad_option(argv[0], opt, argv, e);
	if (subscriber_one_email(argv[0], argc, argv, &email, e) < 0)
		return -1;
	given = str_of(email);
	if (strcmp(email, "-") == 0)
		status = read_input(&a, &given, e);
	if (status == 0)
		status = check(c, given, &a, e);
	arena_free(&a);
	return status;
}
