#include "cmd/bare.h"

#include <fcntl.h>
#include <unistd.h>

#include "settings/keys.h"
#include "store/db.h"

static int
must_be_absent(const struct publication *p, const char *path, const char *what, struct err *e)
{
	if (!path || faccessat(p->dir, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return err_set(e, ERR_CONFIG,
		"%s: %s, which a public-only host must not have: whoever breaks in would get it. "
		"Remove it from here",
		path, what);
}

/* Files that settings name: a sender's settings were copied whole, and what they name with them. */
static int
check_passwords(const struct publication *p, struct err *e)
{
	const struct settings *s = &p->settings;
	const char *tokens[] = { s->sources.huggingface.token_file, s->sources.github.token_file };
	int status = 0;

	for (size_t i = 0; i < s->relay_count && status == 0; i++)
		status = must_be_absent(p, s->relays[i].password_file, "a relay's password", e);
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0] && status == 0; i++)
		status = must_be_absent(p, tokens[i], "a source's token", e);
	return status;
}

int
bare_check(const struct publication *p, struct err *e)
{
	if (keys_only_public(p->dir, e) < 0 ||
		must_be_absent(p, DB_PATH, "the list of all subscribers", e) < 0 ||
		must_be_absent(p, "var/outbox", "mail to subscribers", e) < 0)
		return -1;
	return check_passwords(p, e);
}
