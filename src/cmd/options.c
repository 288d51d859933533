#include "cmd/options.h"

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
