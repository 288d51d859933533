#include "cmd/mailboxes.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/sign.h"

enum { PASSWORD = 1024 };
#define PATIENCE (60 * CLOCK_SECOND)

static int
read_password(const struct publication *p, const struct settings_mailbox *s, struct arena *a,
	char **out, struct err *e)
{
	struct str text;

	*out = NULL;
	if (!s->password_file)
		return 0;
	if (file_read_secret(p->dir, s->password_file, PASSWORD, a, &text, e) < 0)
		return -1;
	text = str_trim(text);
	if (text.n == 0 || str_find(text, '\n') >= 0 || str_find(text, '\r') >= 0)
		return err_set(
			e, ERR_CONFIG, "%s: it holds one line, the password", s->password_file);
	*out = arena_strz(a, text);
	return 0;
}

/* libcurl wants a path, and settings count from the publication's folder. */
static const char *
path_from(const struct publication *p, const char *file, struct arena *a)
{
	return !file || file[0] == '/' ? file
				       : arena_printf(a, "/proc/self/fd/%d/%s", p->dir, file);
}

int
mailbox_of(const struct publication *p, const char *what, const struct settings_mailbox *s,
	struct mailbox **out, struct err *e)
{
	static const enum mailbox_tls levels[] = { [SETTINGS_TLS_REQUIRED] = MAILBOX_TLS_REQUIRED,
		[SETTINGS_TLS_OPPORTUNISTIC] = MAILBOX_TLS_OPPORTUNISTIC,
		[SETTINGS_TLS_NONE] = MAILBOX_TLS_NONE };
	struct mailbox_options o = {
		.url = s->url, .user = s->user, .tls = levels[s->tls], .patience = PATIENCE
	};
	struct arena a = { 0 };
	char *password = NULL;
	int status;

	if (!s->url)
		return err_set(e, ERR_CONFIG,
			"%s.url is not set in morningpost.yaml; as in "
			"imaps://mail.example.org/INBOX",
			what);
	o.ca_file = path_from(p, s->ca_file, &a);
	status = read_password(p, s, &a, &password, e);
	o.password = password;
	if (status == 0)
		status = mailbox_open(&o, out, e);
	if (password)
		sign_wipe(password, str_of(password).n);
	arena_free(&a);
	return status < 0 ? err_wrap(e, "%s", what) : 0;
}
