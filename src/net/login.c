#include "net/login.h"

#include <curl/curl.h>

static long
tls_level(enum login_tls tls, const char *user)
{
	switch (tls) {
	case LOGIN_TLS_REQUIRED:
		return CURLUSESSL_ALL;
	case LOGIN_TLS_OPPORTUNISTIC:
		/* libcurl's own "try" sends a password in clear where STARTTLS is missing. */
		return user ? CURLUSESSL_ALL : CURLUSESSL_TRY;
	case LOGIN_TLS_NONE:
		return CURLUSESSL_NONE;
	}
	return CURLUSESSL_ALL;
}

void
login_set_up(
	void *easy, enum login_tls tls, const char *ca_file, const char *user, const char *password)
{
	CURL *c = easy;

	curl_easy_setopt(c, CURLOPT_USE_SSL, tls_level(tls, user));
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
	if (user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, password ? password : "");
	}
}
