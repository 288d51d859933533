/* settings.h: morningpost.yaml as one struct; every wrong key, type and value is an error with its
 * line and the fix. */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum settings_tls { SETTINGS_TLS_REQUIRED, SETTINGS_TLS_OPPORTUNISTIC, SETTINGS_TLS_NONE };
enum settings_in_doubt { SETTINGS_RESEND, SETTINGS_HOLD };

/* So many in a span (microseconds); count 0: no limit. */
struct rate {
	uint32_t count;
	int64_t span;
};

/* A network; IPv4 is mapped into IPv6. */
struct network {
	uint8_t address[16];
	unsigned bits;
};

struct settings_publication {
	char *name, *tagline, *url, *language, *timezone, *postal_address, *list_id, *feedback_id;
};

struct settings_sender {
	char *from_name;  /* the publication's without one */
	char *from_email; /* envelope form: the domain as A-label */
	char *reply_to;   /* or NULL */
	char *bounce;     /* envelope sender that VERP is made from, or NULL: from_email, no VERP */
};

struct settings_relay {
	char *url; /* smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH */
	char *user, *password_file, *ca_file, *helo; /* or NULL; helo always set */
	enum settings_tls tls;
	uint32_t connections, window;
	struct rate rate;
	int64_t connect_timeout, command_timeout, final_timeout; /* microseconds */
	int line;
};

struct settings_domain {
	char *name; /* A-label, lower case */
	struct rate rate;
	uint32_t concurrency; /* 0: no limit */
};

struct settings_send {
	int64_t retry_first, retry_for, wait;
	enum settings_in_doubt in_doubt;
	/* Minute of the day in publication.timezone, or -1: the issue's date + 24 h. */
	int not_after;
	bool approval_required;
	uint32_t canary_count; /* 0: no canary */
	int64_t canary_wait;
	double canary_max_failed;           /* a share of 1; 0: none may fail */
	double max_bounced, max_complained; /* shares of 1; 0: no limit */
};

struct settings_daily {
	bool send_unedited;
	char *alert; /* or NULL */
};

struct settings_list {
	char **p;
	size_t n;
};

/* The sources of data. One whose url is NULL is not asked. */
struct settings_huggingface {
	char *url, *token_file;            /* token_file: or NULL, as below */
	uint32_t models, datasets, spaces; /* rows asked for */
};

struct settings_github {
	char *url, *token_file;
	struct settings_list topics;
	uint32_t repositories; /* rows asked for, a query */
};

struct settings_arxiv {
	char *url;
	struct settings_list categories;
};

struct settings_feed {
	char *url, *name;
};

struct settings_sources {
	struct settings_huggingface huggingface;
	struct settings_github github;
	struct settings_feed *feeds;
	size_t feed_count;
	struct settings_arxiv arxiv;
	char *ossinsight_url, *hackernews_url;
};

/* Who signs the mail. */
enum settings_dkim_algorithm { SETTINGS_DKIM_RSA, SETTINGS_DKIM_ED25519 };

struct settings_dkim {
	char *selector, *domain, *key_file;
	enum settings_dkim_algorithm algorithm;
	int64_t expires; /* from the message's date; 0: never */
	int line;
};

/* A mailbox that is read by POP3 or IMAP. */
struct settings_mailbox {
	char *url;                            /* pop3://, pop3s://, imap://, imaps://; NULL: none */
	char *user, *password_file, *ca_file; /* or NULL */
	enum settings_tls tls;
};

struct settings_bounce {
	struct settings_mailbox mailbox;
	char *sendgrid_key_file, *mailgun_key_file, *ses_certificate_file; /* or NULL */
	/* Off the list after so many soft bounces, over so many days and issues at least. */
	uint32_t soft_count, soft_days, soft_issues;
};

struct settings_roundtrip {
	char *email; /* or NULL */
	struct settings_mailbox mailbox;
};

struct settings_networks {
	struct network *p;
	size_t n;
};

/* What one client, and all of them, may have of the web server. */
struct settings_limits {
	uint32_t connections,
		each; /* at once: of all, and of one client that is no trusted proxy */
	int64_t request, idle,
		answer; /* for a request to come, until the next, for it to be read */
};

struct settings_web {
	char *listen; /* "127.0.0.1:8025", "[::1]:8025" */
	struct settings_networks trusted_proxies;
	struct rate subscribe_limit;
	struct settings_limits limits;
	char *spool;
	char *archive; /* an exported archive that a public-only host serves, or NULL */
};

/* All of it, with defaults filled in. */
struct settings {
	struct settings_publication publication;
	struct settings_sender sender;
	struct settings_relay *relays; /* at least one: maildir:var/outbox */
	size_t relay_count;
	struct settings_domain *domains;
	size_t domain_count;
	struct settings_dkim *dkim;
	size_t dkim_count;
	struct settings_send send;
	struct settings_daily daily;
	struct settings_web web;
	struct settings_sources sources;
	struct settings_bounce bounce;
	struct settings_roundtrip roundtrip;
	char *telegram_url; /* or NULL */
};

/*
 * Read a settings file's text. `name` is for errors: "morningpost.yaml:12: sender.form: unknown
 * key; did you mean 'from'?". Everything lives in the arena. Files that settings name are not
 * opened here. ERR_CONFIG.
 */
int settings_parse(
	struct str text, const char *name, struct arena *a, struct settings *out, struct err *e);

/* The relay of this url, or NULL. */
const struct settings_relay *settings_find_relay(const struct settings *s, struct str url);
/* The relays' urls as a JSON array, which is how a statement takes many (store/delivery.h). */
void settings_relay_urls(const struct settings *s, struct buf *out);

#endif
