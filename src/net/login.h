/* login.h: how a relay or a mailbox is trusted and logged in to: TLS, whose certificates, who we are. */
#ifndef NET_LOGIN_H
#define NET_LOGIN_H

/* Verified in any case unless it is NONE. OPPORTUNISTIC with a user is REQUIRED. */
enum login_tls { LOGIN_TLS_REQUIRED, LOGIN_TLS_OPPORTUNISTIC, LOGIN_TLS_NONE };

/*
 * Set it up in a libcurl handle, which copies the strings: each may be NULL, ca_file for the
 * system's. No ~/.netrc is ever read.
 */
void login_set_up(void *easy, enum login_tls tls, const char *ca_file, const char *user,
	const char *password);

#endif
