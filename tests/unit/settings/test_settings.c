#include "settings/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "test.h"

#define LEAST                                                                                      \
	"publication:\n  name: The Post\n  url: https://post.example/\n"                           \
	"  postal_address: 1 Lane, Town\nsender:\n  from: The Post <news@post.example>\n"

static void
the_least_file_gets_every_default(void **state)
{
	struct arena a = { 0 };
	struct settings s;
	struct err e = { 0 };

	(void)state;
	if (settings_parse(STR(LEAST), "f.yaml", &a, &s, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(s.publication.url, "https://post.example");
	assert_string_equal(s.publication.list_id, "post.example");
	assert_string_equal(s.publication.timezone, "UTC");
	assert_string_equal(s.sender.from_name, "The Post");
	assert_string_equal(s.sender.from_email, "news@post.example");
	assert_null(s.sender.bounce);
	assert_int_equal(s.relay_count, 1);
	assert_string_equal(s.relays[0].url, "maildir:var/outbox");
	assert_string_equal(s.relays[0].helo, "post.example");
	assert_int_equal(s.send.not_after, -1);
	assert_int_equal(s.send.in_doubt, SETTINGS_RESEND);
	assert_int_equal(s.send.retry_first, 300 * CLOCK_SECOND);
	assert_string_equal(s.web.listen, "127.0.0.1:8025");
	arena_free(&a);
}

static void
a_full_file_is_read_to_the_last_key(void **state)
{
	static const char text[] = LEAST
		"  reply_to: ed@post.example\n  bounce: b@post.example\n"
		"relays:\n  - {url: 'smtp://mx.example:587', user: post, password_file: pw, "
		"connections: 3, window: 2, rate: 100/m}\n"
		"  - url: smtp://127.0.0.1:25\n    timeouts: {connect: 5s, final: 2m}\n  - url: "
		"smtps://[::1]:465\n    tls: opportunistic\n    user: x\n"
		"domains: {GMail.com: {rate: 20/s, concurrency: 5}}\n"
		"send: {retry_first: 1m, in_doubt: hold, not_after: \"11:30\", approval: required, "
		"canary: {count: 200, max_failed: 2.5%}}\n"
		"daily: {unedited: send, alert: editor@post.example}\n"
		"sources:\n  huggingface: {url: 'https://huggingface.co', models: 1000}\n  github: "
		"{topics: [llm, ai-agents]}\n"
		"  feeds: [{url: 'https://a.example/feed', name: A}]\n"
		"dkim: [{selector: s1, domain: post.example, key_file: k, algorithm: ed25519}]\n"
		"bounce: {mailbox: {url: 'imaps://x.example', user: u, password_file: p}, "
		"soft_count: 5}\n"
		"telegram: {url: 'https://t.me/post'}\nweb: {listen: '[::1]:8025', "
		"trusted_proxies: [10.0.0.1, 10.0.0.2], subscribe_limit: 20/h, "
		"limits: {each: 5, request: 3s}, archive: pages}\n";
	struct arena a = { 0 };
	struct settings s;
	struct err e = { 0 };

	(void)state;
	if (settings_parse(str_of(text), "f.yaml", &a, &s, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(s.relay_count, 3);
	assert_int_equal(s.relays[0].tls, SETTINGS_TLS_REQUIRED);
	assert_int_equal(s.relays[0].rate.count, 100);
	assert_int_equal(s.relays[0].rate.span, 60 * CLOCK_SECOND);
	assert_int_equal(s.relays[1].tls, SETTINGS_TLS_NONE);
	assert_int_equal(s.relays[1].connect_timeout, 5 * CLOCK_SECOND);
	assert_int_equal(s.relays[1].command_timeout, 60 * CLOCK_SECOND);
	/* A password in clear because STARTTLS was stripped: never. */
	assert_int_equal(s.relays[2].tls, SETTINGS_TLS_REQUIRED);
	assert_string_equal(s.domains[0].name, "gmail.com");
	assert_int_equal(s.send.not_after, 11 * 60 + 30);
	assert_true(s.send.approval_required);
	assert_true(s.send.canary_max_failed > 0.0249 && s.send.canary_max_failed < 0.0251);
	assert_true(s.daily.send_unedited);
	assert_string_equal(s.telegram_url, "https://t.me/post");
	assert_string_equal(s.bounce.mailbox.url, "imaps://x.example");
	assert_int_equal(s.bounce.mailbox.tls, SETTINGS_TLS_REQUIRED);
	assert_int_equal(s.bounce.soft_count, 5);
	assert_int_equal(s.web.trusted_proxies.n, 2);
	assert_int_equal(s.web.limits.each, 5);
	assert_int_equal(s.web.limits.request, 3 * CLOCK_SECOND);
	assert_int_equal(s.web.limits.connections, 4000);
	assert_int_equal(s.web.limits.idle, 15 * CLOCK_SECOND);
	assert_string_equal(s.web.archive, "pages");
	assert_int_equal(s.sources.huggingface.models, 1000);
	assert_int_equal(s.sources.github.topics.n, 2);
	assert_string_equal(s.sources.github.topics.p[1], "ai-agents");
	assert_string_equal(s.sources.feeds[0].url, "https://a.example/feed");
	assert_string_equal(s.sources.feeds[0].name, "A");
	arena_free(&a);
}

/* Without the section what the paper needs; with it what it names, each with its usual place. */
static void
sources_are_asked_when_they_are_named(void **state)
{
	static const struct {
		const char *more, *huggingface, *github, *arxiv, *hackernews, *feed;
	} rows[] = {
		{ "", "https://huggingface.co", "https://api.github.com", NULL, NULL, NULL },
		{ "sources:\n", "https://huggingface.co", "https://api.github.com", NULL, NULL,
			NULL },
		{ "sources: {}\n", NULL, NULL, NULL, NULL, NULL },
		{ "sources: {arxiv: , hackernews: {}}\n", NULL, NULL, "https://export.arxiv.org",
			"https://hacker-news.firebaseio.com", NULL },
		{ "sources: {github: {url: 'http://127.0.0.1:80/x/'}}\n", NULL,
			"http://127.0.0.1:80/x", NULL, NULL, NULL },
		{ "sources: {feeds: [{url: 'https://a.example:8443/f/?x=1'}]}\n", NULL, NULL, NULL,
			NULL, "a.example" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2000];
		struct settings s;
		struct err e = { 0 };

		snprintf(text, sizeof text, "%s%s", LEAST, rows[i].more);
		if (settings_parse(str_of(text), "f.yaml", &a, &s, &e) < 0)
			fail_msg("%s", e.text);
		assert_str(str_of(s.sources.huggingface.url),
			rows[i].huggingface ? rows[i].huggingface : "");
		assert_str(str_of(s.sources.github.url), rows[i].github ? rows[i].github : "");
		assert_str(str_of(s.sources.arxiv.url), rows[i].arxiv ? rows[i].arxiv : "");
		assert_str(str_of(s.sources.hackernews_url),
			rows[i].hackernews ? rows[i].hackernews : "");
		assert_null(s.sources.ossinsight_url);
		assert_int_equal(s.sources.feed_count, rows[i].feed != NULL);
		if (rows[i].feed) {
			assert_string_equal(s.sources.feeds[0].name, rows[i].feed);
			assert_string_equal(
				s.sources.feeds[0].url, "https://a.example:8443/f/?x=1");
		}
	}
	arena_free(&a);
}

static void
a_mailbox_has_tls_unless_it_is_here(void **state)
{
	static const struct {
		const char *more;
		enum settings_tls tls;
		const char *refused;
	} rows[] = {
		{ "{url: 'imap://mail.example.org/INBOX', user: u}", SETTINGS_TLS_REQUIRED, NULL },
		{ "{url: 'pop3://127.0.0.1:110'}", SETTINGS_TLS_NONE, NULL },
		{ "{url: 'pop3://127.0.0.1:110', tls: required}", SETTINGS_TLS_REQUIRED, NULL },
		{ "{user: u}", 0, "bounce.mailbox.url is missing" },
		{ "{url: 'imap://a.example', password_file: p}", 0, "needs user" },
		{ "{url: 'https://a.example'}", 0, "imaps://HOST/FOLDER" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings s;
		struct err e = { 0 };
		char *text = arena_printf(&a, "%sbounce: {mailbox: %s}\n", LEAST, rows[i].more);

		if (settings_parse(str_of(text), "f.yaml", &a, &s, &e) < 0) {
			if (!rows[i].refused || !strstr(e.text, rows[i].refused))
				fail_msg("row %zu: %s", i, e.text);
		} else if (rows[i].refused || s.bounce.mailbox.tls != rows[i].tls) {
			fail_msg("row %zu", i);
		}
	}
	arena_free(&a);
}

static void
each_mistake_is_named_with_its_line_and_the_remedy(void **state)
{
	static const struct {
		const char *more, *why;
	} rows[] = {
		{ "sendr: 1\n", "f.yaml:7: sendr: unknown key; did you mean 'sender'?" },
		{ "send: {retry_frist: 5m}\n",
			"f.yaml:7: send.retry_frist: unknown key; did you mean 'retry_first'?" },
		{ "send: {xyzzy: 5m}\n", "unknown key; allowed here: retry_first, retry_for" },
		{ "send: {retry_first: soon}\n",
			"f.yaml:7: send.retry_first: 'soon' is not a span of time" },
		{ "send: {in_doubt: maybe}\n", "send.in_doubt: 'maybe' is not one of resend|hold" },
		{ "send: [1]\n", "f.yaml:7: send: a list is not a map" },
		{ "send: {not_after: '25:00'}\n", "time of day" },
		{ "send: {max_bounced: 5}\n", "percentage" },
		{ "relays: []\n", "list of one relay or more" },
		{ "relays: [{url: 'http://x'}]\n",
			"relays[0].url: 'http://x' is not smtp://HOST:PORT" },
		{ "relays: [{url: 'maildir:../x'}]\n", "is not smtp://HOST:PORT" },
		{ "relays: [{url: 'smtp://x:0'}]\n", "is not smtp://HOST:PORT" },
		{ "relays: [{url: 'maildir:/var/mail'}]\n", "with a PATH inside the publication" },
		{ "relays: [{user: x}]\n", "relays[0].url is missing" },
		{ "relays: [{url: 'smtp://x:25', password: secret}]\n",
			"relays[0].password: unknown key; allowed here: url" },
		{ "relays: [{url: 'smtp://x:25', connections: 0}]\n",
			"whole number from 1 to 500" },
		{ "relays: [{url: 'smtp://x:25', rate: 5}]\n", "a rate, as in" },
		{ "domains: {'a b': {rate: 1/s}}\n", "not a domain name" },
		{ "web: {listen: 8025}\n", "an address and a port" },
		{ "daily: {alert: nobody}\n", "daily.alert: 'nobody' is not an address: no @" },
		{ "Bcc: x@y.example\n", "Bcc: unknown key" },
		{ "send: {wait: 5m, wait: 6m}\n", "the key 'wait' is there twice" },
		{ "telegram: {url: 'javascript:alert(1)'}\n", "a web address" },
		{ "web:\n  trusted_proxies:\n    - 10.0.0.1\n    - 10.0.0.0/33\n",
			"an address or a network" },
		{ "web: {trusted_proxies: [localhost]}\n", "an address or a network" },
		{ "web: {limits: {each: 0}}\n", "whole number from 1 to 100000" },
		{ "web: {limits: {request: 0s}}\n", "web.limits.request" },
		{ "web: {limits: {header: 5}}\n", "web.limits.header: unknown key" },
		{ "sources: {github: {topics: [two words]}}\n",
			"sources.github.topics: 'two words' is not a name of letters" },
		{ "sources: {github: {topics: llm}}\n", "is not a list" },
		{ "sources: {feeds: [{name: A}]}\n", "f.yaml:7: sources.feeds[0].url is missing" },
		{ "sources: {feeds: [{url: 'ftp://x.example/'}]}\n", "a web address" },
		{ "sources: {arxiv: {url: 'https://x.example/?q=1'}}\n", "without a query" },
		{ "sources: {gihtub: {}}\n", "did you mean 'github'?" },
		{ "sources:\n  github: {url: 'http://api.example.org', token_file: t}\n",
			"f.yaml:8: sources.github: its token would be sent in the clear" },
		{ "sources: {huggingface: {url: 'http://127.example.org', token_file: t}}\n",
			"sources.huggingface: its token" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2000];
		struct settings s;
		struct err e = { 0 };

		snprintf(text, sizeof text, "%s%s", LEAST, rows[i].more);
		assert_int_equal(settings_parse(str_of(text), "f.yaml", &a, &s, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%s: %s", rows[i].more, e.text);
	}
	arena_free(&a);
}

/* On this machine there is no way on which it could be read. */
static void
a_token_may_go_in_the_clear_to_this_machine(void **state)
{
	static const char *const hosts[] = { "http://127.0.0.1:8000", "http://localhost",
		"http://[::1]:80", "https://api.example.org" };
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		char text[2000];
		struct settings s;
		struct err e = { 0 };

		snprintf(text, sizeof text, "%ssources: {github: {url: '%s', token_file: t}}\n",
			LEAST, hosts[i]);
		if (settings_parse(str_of(text), "f.yaml", &a, &s, &e) < 0)
			fail_msg("%s", e.text);
	}
	arena_free(&a);
}

static void
what_is_required_is_asked_for_with_an_example(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "publication.name is missing" },
		{ "publication: {name: P}\n", "publication.url is missing" },
		{ "publication: {name: P, url: 'https://p.example'}\n",
			"publication.postal_address is missing" },
		{ "publication: {name: P, url: 'https://p.example', postal_address: x}\n",
			"sender.from is missing" },
		{ "publication: {name: \"a\\r\\nBcc: x\"}\n", "one line" },
		{ "publication: {timezone: Mars/Olympus}\n", "time zone" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings s;
		struct err e = { 0 };

		assert_int_equal(settings_parse(str_of(rows[i].text), "f.yaml", &a, &s, &e), -1);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%s", e.text);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_file_gets_every_default),
		cmocka_unit_test(a_full_file_is_read_to_the_last_key),
		cmocka_unit_test(sources_are_asked_when_they_are_named),
		cmocka_unit_test(a_token_may_go_in_the_clear_to_this_machine),
		cmocka_unit_test(a_mailbox_has_tls_unless_it_is_here),
		cmocka_unit_test(each_mistake_is_named_with_its_line_and_the_remedy),
		cmocka_unit_test(what_is_required_is_asked_for_with_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
