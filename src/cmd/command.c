#include "cmd/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COMMAND(name, function, usage, summary) { name, function, usage, summary, function##_help },
const struct command command_table[] = {
#include "cmd/commands.def"
};
#undef COMMAND

const size_t command_count = sizeof command_table / sizeof command_table[0];

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	return NULL;
}

void
command_fill_usage(const char *name, struct err *e, const char *format, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	err_fill(e, ERR_USAGE, "%s: %s; see 'morningpost %s -h'", name, what, name);
}

void
command_fill_bad_option(const char *name, int opt, char **argv, struct err *e)
{
	const char *given = argv[optind - 1];
	char one[3] = { '-', (char)optopt, '\0' };

	/* A long option's optopt is the value of its row, or 0 for one that is unknown. */
	if (given[0] == '-' && given[1] != '-' && optopt)
		given = one;
	if (strcmp(given, "-C") == 0)
		command_fill_usage(name, e, "'-C DIR' stands before the command's name");
	else if (opt == ':')
		command_fill_usage(name, e, "'%s' needs a value", given);
	else
		command_fill_usage(name, e, "unknown option '%s'", given);
}
