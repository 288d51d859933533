#include "cmd/options.h"

#include <getopt.h>

#include "cmd/command.h"

int
options_day(const char *command, const char *date, const struct publication *p, struct day *out,
	struct err *e)
{
	if (!date) {
		*out = publication_today(p, clock_now());
		return 0;
	}
	if (clock_parse_day(str_of(date), out))
		return 0;
	return command_usage(command, e, "'%s' is not a date, as in 2026-02-14", date);
}

int
options_only_date(const char *command, int argc, char **argv, const char **date, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' }, { 0 } };
	int opt;

	*date = NULL;
	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd')
			return command_bad_option(command, opt, argv, e);
		*date = optarg;
	}
	return 0;
}

int
options_no_argument(const char *command, int argc, char **argv, struct err *e)
{
	if (optind == argc)
		return 0;
	return command_usage(command, e, "it takes no argument, and was given '%s'", argv[optind]);
}
