/* command.h: what every subcommand is given, and the table they stand in (commands.def). */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/out.h"

/* The options before the command's name, and standard output. */
struct context {
	const char *dir; /* -C, $MORNINGPOST_DIR or "." */
	struct out out;  /* --json is in here */
	bool quiet;
};

/*
 * A subcommand: argv[0] is its name; getopt_long has been reset (optind 0). Returns the exit code
 * it ends with: 0, or one of enum err_code for an outcome that is no error (ERR_TEMPFAIL: deferred
 * mail left); -1 with e for an error, which main prints. -h and --help never get here.
 */
typedef int command_fn(struct context *c, int argc, char **argv, struct err *e);

struct command {
	const char *name;
	command_fn *run;
	const char *usage;   /* "[--date D] [--to EMAIL]", behind the name */
	const char *summary; /* one line for the overview */
	const char *help; /* what -h prints below the usage: each option and argument on its line,
			     exit codes of note */
};

/* Every row's function and help text, declared from the table itself. */
#define COMMAND(name, function, usage, summary)                                                    \
	command_fn function;                                                                       \
	extern const char function##_help[];
#include "cmd/commands.def"
#undef COMMAND

extern const struct command command_table[];
extern const size_t command_count;

/* The row of that name, or NULL. */
const struct command *command_find(const char *name);

/*
 * A usage error that names the command and points to its -h: ERR_USAGE. They are macros for the
 * reason that err_set is one: so that the analyser sees the -1.
 */
#define command_usage(name, e, ...) (command_fill_usage((name), (e), __VA_ARGS__), -1)

/* The same for what getopt_long gave '?' or ':' for (opterr 0, ':' first in the short options). */
#define command_bad_option(name, opt, argv, e)                                                     \
	(command_fill_bad_option((name), (opt), (argv), (e)), -1)

void command_fill_usage(const char *name, struct err *e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void command_fill_bad_option(const char *name, int opt, char **argv, struct err *e);

#endif
