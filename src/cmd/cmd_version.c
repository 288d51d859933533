/* cmd_version.c: `morningpost version`. */
#include "cmd/command.h"

const char cmd_version_help[] = "";

int
cmd_version(struct context *c, int argc, char **argv, struct err *e)
{
	if (argc > 1)
		return command_usage(
			argv[0], e, "it takes no argument, and was given '%s'", argv[1]);
	out_line(&c->out, "morningpost %s", MORNINGPOST_VERSION);
	if (c->out.json) {
		out_object(&c->out, NULL);
		out_strz(&c->out, "version", MORNINGPOST_VERSION);
		out_end(&c->out);
	}
	return 0;
}
