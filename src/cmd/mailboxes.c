#include "cmd/mailboxes.h"

#include "base/clock.h"
#include "base/sign.h"

#define PATIENCE (60 * CLOCK_SECOND)

int
mailbox_of(const struct publication *p, const char *what, const struct settings_mailbox *s,
	struct mailbox **out, struct err *e)
{
	static const enum login_tls levels[] = { [SETTINGS_TLS_REQUIRED] = LOGIN_TLS_REQUIRED,
		[SETTINGS_TLS_OPPORTUNISTIC] = LOGIN_TLS_OPPORTUNISTIC,
		[SETTINGS_TLS_NONE] = LOGIN_TLS_NONE };
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
	o.ca_file = publication_path(p, s->ca_file, &a);
	status = publication_password(p, s->password_file, &a, &password, e);
	o.password = password;
	if (status == 0)
		status = mailbox_open(&o, out, e);
	if (password)
		sign_wipe(password, str_of(password).n);
	arena_free(&a);
	return status < 0 ? err_wrap(e, "%s", what) : 0;
}
