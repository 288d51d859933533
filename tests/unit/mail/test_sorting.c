#include "mail/sorting.h"

#include "test.h"

/* By header and notice; a daemon's name alone is a bounce, a person's words alone are not. */
static void
messages_are_told_apart(void **state)
{
	static const struct {
		const char *header, *notice;
		enum report_sort want;
	} rows[] = {
		{ "From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail\n", "", REPORT_BOUNCE },
		{ "From: Ann <ann@x.example>\nSubject: Undeliverable: hello\n", "", REPORT_BOUNCE },
		{ "From: MAILER-DAEMON@x.example\nSubject: hm\n", "hm", REPORT_BOUNCE },
		{ "From: ann@x.example\nSubject: hello\n", "user unknown", REPORT_OTHER },
		{ "From: ann@x.example\nSubject: Re: Undelivered Mail\n", "why?", REPORT_OTHER },
		{ "From: postmaster@x.example\nSubject: Automatic reply: hello\n",
			"could not be delivered", REPORT_AUTO_REPLY },
		{ "From: ann@x.example\nSubject: Re: hello\nAuto-Submitted: auto-replied\n",
			"could not be delivered", REPORT_AUTO_REPLY },
		{ "From: ann@x.example\nSubject: Re: hello\nPrecedence: auto_reply\n", "gone",
			REPORT_AUTO_REPLY },
		{ "From: ann@x.example\nSubject: Abwesenheitsnotiz: hallo\n", "",
			REPORT_AUTO_REPLY },
		{ "From: x@x.example\nSubject: Re: hello\n",
			"please confirm that you are a human being", REPORT_CHALLENGE },
		{ "From: MAILER-DAEMON@x.example\nSubject: Delayed Mail\n", "", REPORT_DELAY },
		{ "From: MAILER-DAEMON@x.example\nSubject: Delivery Status Notification\n",
			"THIS IS A WARNING MESSAGE ONLY.", REPORT_DELAY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct incoming *m = arena_new(&a, struct incoming);
		enum report_sort sort;

		incoming_read(str_of(rows[i].header), &a, m);
		sort = sorting_sort(
			m, incoming_field(m, "Subject", &a), str_of(rows[i].notice), &a);
		if (sort != rows[i].want)
			fail_msg("%s is %s", rows[i].header, report_sort_name(sort));
		arena_free(&a);
	}
}

static void
little_evidence_is_weak(void **state)
{
	static const struct {
		const char *header, *notice;
		bool want;
	} rows[] = {
		{ "From: ann@x.example\nSubject: She left\n", "could not be delivered", true },
		{ "From: ann@x.example\nSubject: She left\n", "not delivered: 550 no", false },
		{ "From: postmaster@x.example\nSubject: hello\n", "user unknown", true },
		{ "From: postmaster@x.example\nSubject: hello\n", "unable to deliver", false },
		{ "From: ann@x.example\nSubject: Undelivered Mail\n", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct incoming *m = arena_new(&a, struct incoming);

		incoming_read(str_of(rows[i].header), &a, m);
		assert_int_equal(sorting_is_weak(m, incoming_field(m, "Subject", &a),
					 str_of(rows[i].notice), &a),
			rows[i].want);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_told_apart),
		cmocka_unit_test(little_evidence_is_weak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
