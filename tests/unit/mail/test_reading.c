#include "mail/reading.h"

#include "mail/incoming.h"
#include "mail/tagless.h"
#include "mail/token.h"
#include "test.h"

#define TOKEN_37 "abcdefghijklmnopqrstuvwxyz0123456789_"
#define TOKEN_111 TOKEN_37 TOKEN_37 TOKEN_37

static void
what_may_prove_that_it_was_ours_is_kept(void **state)
{
	static const char message[] =
		"Return-Path: <>\nDelivered-To: news+a.b.c@post.example\nFrom: "
		"MAILER-DAEMON@x.example\n"
		"To: <news+a.b.c@post.example>\nMessage-ID: <its.own@x.example>\n"
		"Subject: Undelivered =?utf-8?q?m=C3=A4il?=\n\nann@example.net: user unknown\n\n"
		"--- Below this line is a copy of the message.\n\nReturn-Path: "
		"<news+d.e.f@post.example>\n"
		"Message-ID: <ours@post.example>\nTo: ann@example.net\n"
		"List-Unsubscribe: <https://post.example/u/" TOKEN_111 ">\n";
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);

	(void)state;
	reading_report(str_of(message), &a, r);
	assert_str(r->id, "its.own@x.example");
	assert_str(r->subject, "Undelivered m\xc3\xa4il");
	assert_str(r->from, "MAILER-DAEMON@x.example");
	assert_int_equal(r->envelopes.n, 2);
	assert_str(r->envelopes.p[0], "news+a.b.c@post.example");
	assert_str(r->envelopes.p[1], "news+d.e.f@post.example");
	assert_int_equal(r->message_ids.n, 1);
	assert_str(r->message_ids.p[0], "ours@post.example");
	assert_int_equal(r->tokens.n, 1);
	assert_str(r->tokens.p[0], TOKEN_111);
	assert_int_equal(r->asked.n, 0);
	arena_free(&a);
}

static void
who_asks_by_mail_to_leave_is_no_bounce(void **state)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);

	(void)state;
	reading_report(
		STR("From: Ann <ann@example.net>\nTo: news@post.example\n"
		    "Subject: unsubscribe " TOKEN_111 "\nX-Apple-Unsubscribe: true\n\nBye\n"),
		&a, r);
	assert_int_equal(r->sort, REPORT_OTHER);
	assert_int_equal(r->recipient_count, 0);
	assert_int_equal(r->asked.n, 1);
	assert_str(r->asked.p[0], TOKEN_111);
	arena_free(&a);
}

static void
apart_it_is_the_same(void **state)
{
	struct str message = STR("From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n"
				 "<ann@example.net>:\nno such user\n");
	struct arena a = { 0 };
	struct report *here = arena_new(&a, struct report), *there = arena_new(&a, struct report);
	struct err e;

	(void)state;
	reading_report(message, &a, here);
	assert_int_equal(reading_report_apart(message, &a, there, &e), 0);
	assert_int_equal(there->recipient_count, 1);
	assert_str(there->recipients[0].address, "ann@example.net");
	assert_int_equal(there->recipients[0].kind, here->recipients[0].kind);
	arena_free(&a);
}

static void
a_message_is_taken_apart(void **state)
{
	static const char message[] =
		"Content-Type: multipart/report; report-type=Delivery-Status; "
		"boundary=b\r\n\r\n--b\r\n"
		"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
		"quoted-printable\r\n\r\nGr=FC=DFe\r\n--b\r\nContent-Type: "
		"message/delivery-status\r\n\r\n"
		"Status: 5.1.1\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
		"x\r\n\r\nbody\r\n--b--";
	struct arena a = { 0 };
	struct incoming *m = arena_new(&a, struct incoming);

	(void)state;
	incoming_read(str_of(message), &a, m);
	assert_true(m->is_report);
	assert_str(m->report_type, "delivery-status");
	assert_int_equal(m->part_count, 3);
	assert_int_equal(m->parts[0].kind, INCOMING_TEXT);
	assert_str(str_trim(m->parts[0].text), "Gr\xc3\xbc\xc3\x9f"
					       "e");
	assert_int_equal(m->parts[1].kind, INCOMING_STATUS);
	assert_int_equal(m->parts[2].kind, INCOMING_RETURNED);
	assert_str(str_trim(m->parts[2].text), "Subject: x");
	arena_free(&a);
}

static void
html_loses_its_tags(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "<p>a <b>b</b>&nbsp;&lt;c@d.e&gt;</p>", "a b\xc2\xa0<c@d.e>" },
		{ "<style>p { x: y }</style>a<br>b", "a\nb" },
		{ "a <ann@example.net> b", "a <ann@example.net> b" },
		{ "1 < 2", "1 < 2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };

		assert_str(str_trim(tagless(str_of(rows[i].in), &a)), rows[i].want);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_prove_that_it_was_ours_is_kept),
		cmocka_unit_test(who_asks_by_mail_to_leave_is_no_bounce),
		cmocka_unit_test(apart_it_is_the_same),
		cmocka_unit_test(a_message_is_taken_apart),
		cmocka_unit_test(html_loses_its_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
