#include "net/reply.h"

#include <string.h>

#include "test.h"

static void
replies_are_read_strictly(void **state)
{
	static const struct {
		struct str in;
		enum reply_progress want;
		int code, class, subject, detail;
		const char *text;
	} rows[] = {
		{ STR_INIT("250 ok\r\n"), REPLY_DONE, 250, 0, 0, 0, "ok" },
		{ STR_INIT("250\r\n"), REPLY_DONE, 250, 0, 0, 0, "" },
		{ STR_INIT("250 ok\n"), REPLY_DONE, 250, 0, 0, 0, "ok" },
		{ STR_INIT("250-a\r\n250-b\r\n250 c\r\n"), REPLY_DONE, 250, 0, 0, 0, "a / b / c" },
		{ STR_INIT("550 5.1.1 no such user\r\n"), REPLY_DONE, 550, 5, 1, 1,
			"5.1.1 no such user" },
		{ STR_INIT("550 4.1.1 disagrees\r\n"), REPLY_DONE, 550, 0, 0, 0,
			"4.1.1 disagrees" },
		{ STR_INIT("550 5.1.1x\r\n"), REPLY_DONE, 550, 0, 0, 0, "5.1.1x" },
		{ STR_INIT("450 4.7.650\r\n"), REPLY_DONE, 450, 4, 7, 650, "4.7.650" },
		{ STR_INIT("250 \x1b[31m\xff\0x\r\n"), REPLY_DONE, 250, 0, 0, 0,
			"\\x1b[31m\\xff\\x00x" },
		{ STR_INIT("250-a\r\n"), REPLY_MORE, 250, 0, 0, 0, "a" },
		{ STR_INIT("25"), REPLY_MORE, 0, 0, 0, 0, "" },
		{ STR_INIT("250-a\r\n550 b\r\n"), REPLY_BAD, 250, 0, 0, 0, "a" },
		{ STR_INIT("HTTP/1.1 400 Bad\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
		{ STR_INIT("\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
		{ STR_INIT("199 x\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
		{ STR_INIT("600 x\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
		{ STR_INIT("250x\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
		{ STR_INIT("2500 x\r\n"), REPLY_BAD, 0, 0, 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		/* Whole, and a byte at a time: the same. */
		for (int slow = 0; slow < 2; slow++) {
			enum reply_progress got = REPLY_MORE;
			struct str in = rows[i].in;
			struct reply_parser p;

			reply_init(&p);
			while (got == REPLY_MORE && in.n) {
				struct str piece = slow ? str_sub(in, 0, 1) : in;
				size_t before = piece.n;

				got = reply_take(&p, &piece);
				in = str_from(in, before - piece.n);
			}
			if (got != rows[i].want ||
				(got != REPLY_BAD && strcmp(p.reply.text, rows[i].text) != 0))
				fail_msg("row %zu: %d '%s'", i, got, p.reply.text);
			if (got == REPLY_DONE) {
				assert_int_equal(p.reply.code, rows[i].code);
				assert_int_equal(p.reply.class, rows[i].class);
				assert_int_equal(p.reply.subject, rows[i].subject);
				assert_int_equal(p.reply.detail, rows[i].detail);
			}
			reply_free(&p);
		}
	}
}

static void
what_comes_behind_a_reply_is_left_for_the_next(void **state)
{
	struct str in = STR("250 one\r\n354 two\r\n55");
	struct reply_parser p;

	(void)state;
	reply_init(&p);
	assert_int_equal(reply_take(&p, &in), REPLY_DONE);
	assert_string_equal(p.reply.text, "one");
	assert_int_equal(reply_take(&p, &in), REPLY_DONE);
	assert_int_equal(p.reply.code, 354);
	assert_int_equal(reply_take(&p, &in), REPLY_MORE);
	in = STR("0 three\r\n");
	assert_int_equal(reply_take(&p, &in), REPLY_DONE);
	assert_int_equal(p.reply.code, 550);
	reply_free(&p);
}

static void
endless_replies_end(void **state)
{
	struct reply_parser p;
	struct str in;
	enum reply_progress got = REPLY_MORE;
	char junk[1000];
	int rounds = 0;

	(void)state;
	memset(junk, 'x', sizeof junk);
	memcpy(junk, "250-", 4);
	reply_init(&p);
	while (got == REPLY_MORE && rounds++ < 100) {
		in = (struct str){ junk, sizeof junk };
		got = reply_take(&p, &in);
	}
	assert_int_equal(got, REPLY_BAD);
	assert_true(rounds < 70);
	reply_free(&p);
	reply_init(&p);
	for (rounds = 0, got = REPLY_MORE; got == REPLY_MORE && rounds < 2000; rounds++) {
		in = STR("250-x\r\n");
		got = reply_take(&p, &in);
	}
	assert_int_equal(rounds, 1000);
	assert_true(strlen(p.reply.text) <= REPLY_TEXT);
	reply_free(&p);
}

/* Exactly 64 KiB are taken, one byte more is not, however they come. */
static void
the_ceiling_is_the_same_for_every_piece(void **state)
{
	(void)state;
	for (size_t size = 64 * 1024; size <= 64 * 1024 + 1; size++) {
		for (size_t most = 1; most <= size; most += size - 1) {
			enum reply_progress got = REPLY_MORE;
			struct reply_parser p;
			struct buf b;

			buf_init(&b, size);
			while (b.n + 160 < size)
				buf_printf(&b, "250-%080d\r\n", 0);
			buf_printf(&b, "250 %0*d\r\n", (int)(size - b.n - 6), 0);
			reply_init(&p);
			for (size_t at = 0; at < size && got == REPLY_MORE; at += most) {
				struct str piece = str_sub(buf_str(&b), at, most);

				got = reply_take(&p, &piece);
			}
			assert_int_equal(got, size > 64 * 1024 ? REPLY_BAD : REPLY_DONE);
			reply_free(&p);
			buf_free(&b);
		}
	}
}

static void
each_refusal_has_its_meaning(void **state)
{
	static const struct {
		enum reply_phase phase;
		const char *line;
		enum reply_meaning want;
	} rows[] = {
		{ REPLY_FINAL, "250 2.0.0 ok", REPLY_ACCEPTED },
		{ REPLY_DATA, "354 go", REPLY_ACCEPTED },
		{ REPLY_GREETING, "421 busy", REPLY_DEFER },
		{ REPLY_GREETING, "554 no", REPLY_ABORT },
		{ REPLY_AUTH, "535 5.7.8 wrong", REPLY_ABORT },
		{ REPLY_AUTH, "454 4.7.0 later", REPLY_DEFER },
		{ REPLY_MAIL, "450 4.7.1 later", REPLY_DEFER },
		{ REPLY_MAIL, "530 5.7.0 auth", REPLY_ABORT },
		{ REPLY_MAIL, "550 5.7.1 sender", REPLY_ABORT },
		{ REPLY_MAIL, "552 5.3.4 too big", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "450 4.2.0 greylisted", REPLY_DEFER },
		{ REPLY_RCPT, "452 4.2.2 full", REPLY_DEFER },
		{ REPLY_RCPT, "451 4.7.1 rate limit exceeded", REPLY_SLOW_DOWN },
		{ REPLY_RCPT, "421 4.7.28 too many", REPLY_SLOW_DOWN },
		{ REPLY_MAIL, "421 too many messages in this session", REPLY_DEFER },
		{ REPLY_MAIL, "450 too many messages in this session", REPLY_SLOW_DOWN },
		{ REPLY_RCPT, "550 5.1.1 unknown", REPLY_FAIL_RCPT },
		{ REPLY_RCPT, "550 unknown", REPLY_FAIL_RCPT },
		{ REPLY_RCPT, "551 moved", REPLY_FAIL_RCPT },
		{ REPLY_RCPT, "553 5.1.3 syntax", REPLY_FAIL_RCPT },
		{ REPLY_RCPT, "550 5.2.1 disabled", REPLY_FAIL_RCPT },
		{ REPLY_RCPT, "550 5.1.7 sender", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "550 5.1.8 sender", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "552 5.2.2 full", REPLY_FAIL_SOFT },
		{ REPLY_RCPT, "550 5.7.1 blocked", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "550 5.7.515 auth", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "554 5.6.0 content", REPLY_FAIL_POLICY },
		{ REPLY_RCPT, "554 no", REPLY_FAIL_POLICY },
		{ REPLY_DATA, "451 later", REPLY_DEFER },
		{ REPLY_DATA, "554 no", REPLY_FAIL_POLICY },
		{ REPLY_FINAL, "450 later", REPLY_DEFER },
		{ REPLY_FINAL, "550 5.1.1 unknown", REPLY_FAIL_POLICY },
		{ REPLY_FINAL, "552 5.2.2 full", REPLY_FAIL_SOFT },
		{ REPLY_FINAL, "554 5.7.1 spam", REPLY_FAIL_POLICY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reply_parser p;
		struct str in = str_of(rows[i].line);

		reply_init(&p);
		reply_take(&p, &in);
		in = STR("\r\n");
		assert_int_equal(reply_take(&p, &in), REPLY_DONE);
		if (reply_judge(rows[i].phase, &p.reply) != rows[i].want)
			fail_msg("%s: %d", rows[i].line, reply_judge(rows[i].phase, &p.reply));
		reply_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_read_strictly),
		cmocka_unit_test(what_comes_behind_a_reply_is_left_for_the_next),
		cmocka_unit_test(endless_replies_end),
		cmocka_unit_test(the_ceiling_is_the_same_for_every_piece),
		cmocka_unit_test(each_refusal_has_its_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
