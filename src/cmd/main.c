/* main.c: global options, the table of commands, and the one place where an error is printed. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sign.h"
#include "cmd/command.h"

/* Whoever starts us with a standard descriptor closed must not have a mailbox or the ledger take
 * its place, and our words written into it. What stands in refuses to be read or written. */
static void
hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(ERR_INTERNAL);
}

static void
print_overview(FILE *to)
{
	fprintf(to,
		"morningpost " MORNINGPOST_VERSION
		": a daily newsletter, written, composed and delivered once to everybody\n"
		"\n"
		"usage: morningpost [-C DIR] [-q|-v] [--json] COMMAND [OPTION...] [ARG...]\n"
		"\n"
		"  -C DIR      the publication's folder (default: $MORNINGPOST_DIR, or this one)\n"
		"  -q, -v      less or more on standard error\n"
		"  --json      results as one JSON value\n"
		"  -h          this; behind a command: its options\n"
		"\n");
	for (size_t i = 0; i < command_count; i++)
		fprintf(to, "  %-12s%s\n", command_table[i].name, command_table[i].summary);
}

static void
print_help(const struct command *cmd)
{
	printf("usage: morningpost %s%s%s\n\n%s\n%s%s", cmd->name, *cmd->usage ? " " : "",
		cmd->usage, cmd->summary, *cmd->help ? "\n" : "", cmd->help);
}

/* Who wanted the beginning alone, as head does, has closed the pipe and need not be told. */
static bool
reader_has_enough(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return ferror(stdout) && poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* Whatever else could not be written is told, whoever reads. */
static bool
is_of_output(const struct err *e)
{
	struct str text = str_of(e->text);

	return e->code == ERR_IO && (str_starts(text, STR("standard output")) ||
					    str_ends(text, str_of(strerror(EPIPE))));
}

static int
fail_with(const struct err *e)
{
	/* What was written before the failure still goes out, but no half JSON value is completed. */
	fflush(stdout);
	log_line(is_of_output(e) && reader_has_enough() ? LOG_DEBUG : LOG_ERROR, "%s", e->text);
	return (int)e->code;
}

/* The end of what was printed without a command's help. */
static int
end_output(void)
{
	struct err e;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	err_fill(&e, ERR_IO,
		"standard output could not be written: is the disk full, or the reader gone?");
	return fail_with(&e);
}

static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static void
be_quiet(struct context *c)
{
	c->quiet = true;
	log_set_level(LOG_WARN);
}

static bool
is_global(struct context *c, const char *argument)
{
	if (strcmp(argument, "--json") == 0)
		c->out.json = true;
	else if (strcmp(argument, "-q") == 0)
		be_quiet(c);
	else if (strcmp(argument, "-v") == 0)
		log_set_level(LOG_DEBUG);
	else
		return false;
	return true;
}

/* --json, -q and -v are understood behind the command's name as well: take them out of its
 * arguments. */
static int
take_global(struct context *c, int argc, char **argv)
{
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (!is_global(c, argv[i]))
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

static int
run(struct context *c, int argc, char **argv)
{
	const struct command *cmd = command_find(argv[0]);
	struct err e = { 0 };
	int status;

	if (!cmd) {
		log_error("'%s' is not a command; see 'morningpost -h'", argv[0]);
		return ERR_USAGE;
	}
	if (asks_for_help(argc, argv)) {
		print_help(cmd);
		return end_output();
	}
	argc = take_global(c, argc, argv);
	optind = 0;
	status = cmd->run(c, argc, argv, &e);
	if (status < 0)
		return fail_with(&e);
	return out_finish(&c->out, &e) < 0 ? fail_with(&e) : status;
}

/* The options before the command's name. -1: go on; else the exit code, and what there was to say is
 * said. */
static int
take_options(struct context *c, bool *json, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:C:qvh", longs, NULL)) != -1) {
		switch (opt) {
		case 'C':
			c->dir = optarg;
			break;
		case 'q':
			be_quiet(c);
			break;
		case 'v':
			log_set_level(LOG_DEBUG);
			break;
		case 'j':
			*json = true;
			break;
		case 'h':
			print_overview(stdout);
			return end_output();
		case 'V':
			puts("morningpost " MORNINGPOST_VERSION);
			return end_output();
		case ':':
			log_error("%s needs a value; see 'morningpost -h'", argv[optind - 1]);
			return ERR_USAGE;
		default:
			log_error("unknown option '%s'; see 'morningpost -h'", argv[optind - 1]);
			return ERR_USAGE;
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	const char *env = getenv("MORNINGPOST_DIR");
	struct context c = { .dir = env && *env ? env : "." };
	bool json = false;
	int code;

	hold_standard_descriptors();
	sign_start();
	/* What cannot be written is an error that is told, and no silent death (ulimit -f). */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	code = take_options(&c, &json, argc, argv);
	if (code >= 0)
		return code;
	out_init(&c.out, stdout, json);
	if (optind == argc) {
		print_overview(stderr);
		return ERR_USAGE;
	}
	return run(&c, argc - optind, argv + optind);
}
