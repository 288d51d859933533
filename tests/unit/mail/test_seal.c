#include "mail/seal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mail/dkim_keys.h"
#include "mail/message.h"
#include "test.h"

#define AT (INT64_C(1771027200) * CLOCK_SECOND)

static char selector_rsa[] = "r1", selector_ed[] = "e1", domain[] = "post.example";

static void
open_signers(struct seal_signer all[static 2], struct seal_signers *s)
{
	struct err e = { 0 };

	all[0] = (struct seal_signer){ .selector = selector_rsa, .domain = domain };
	all[1] = (struct seal_signer){
		.selector = selector_ed, .domain = domain, .expires = 30 * CLOCK_DAY
	};
	if (dkim_key_read(STR(RSA_PEM), DKIM_RSA, &all[0].key, &e) < 0 ||
		dkim_key_read(STR(ED25519_PEM), DKIM_ED25519, &all[1].key, &e) < 0)
		fail_msg("%s", e.text);
	*s = (struct seal_signers){ .all = all, .count = 2 };
}

static void
close_signers(struct seal_signers *s)
{
	for (size_t i = 0; i < s->count; i++)
		dkim_key_free(s->all[i].key);
}

static struct letter
make(struct arena *a)
{
	struct message m = { .from_name = STR("The Morning Post"),
		.from_email = STR("news@post.example"),
		.subject = STR("Good  morning, caf\xc3\xa9"),
		.list_name = STR("The Morning Post"),
		.list_id = STR("post.example"),
		.unsubscribe_url = STR("https://post.example/u/"),
		.archived_at = STR("https://post.example/issues/2026-02-14"),
		.one_click = true,
		.text = STR("First   words \t of   it\n\n\n  \1n, and  \1e,\n\n\1n\n "
			    "\nhttps://post.example/u/\1t\n\n\n"),
		.html = STR("<p>Dear  \1N</p>\n\n\n<a "
			    "href=\"https://post.example/u/\1t\">leave</a>\n") };
	struct letter l;
	struct err e = { 0 };

	if (message_freeze(&m, a, &l, &e) < 0)
		fail_msg("%s", e.text);
	return l;
}

static const char *const names[] = { "", "Ann", "Ann  Lee", " x ", "Zo\xc3\xab  =20 ", "a=", "  ",
	"<b>&amp;</b>", "\"quoted\" (comment) \\", "\xe6\xb1\x9f\xe6\x88\xb8 \xe5\xb7\x9d",
	"a very long name that has to be folded because it is longer than a line of the header is "
	"and goes on  and on",
	".dot", "From ann" };

static struct letter_values
values(const char *name)
{
	return (struct letter_values){ .name = str_of(name),
		.email = STR("ann@example.org"),
		.email_shown = STR("ann@example.org"),
		.message_id = STR("<id@example.org>"),
		.date = STR("Sat, 14 Feb 2026 06:00:00 +0000"),
		.token = STR("0123456789abcdef") };
}

/* Two roads to the same bytes: from the frozen pieces and a saved hash, and from the whole message. */
static void
a_letter_is_signed_as_a_whole_message_is(void **state)
{
	struct seal_signer all[2];
	struct seal_signers signers;
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct seal *seal;
	struct err e = { 0 };

	(void)state;
	open_signers(all, &signers);
	assert_int_equal(seal_new(&signers, &l, &seal, &e), 0);
	assert_true(seal_signs(seal));
	for (size_t i = 0; i < COUNT(names); i++) {
		struct letter_values v = values(names[i]);
		struct splice *s;
		struct buf plain, want, have;

		buf_init(&plain, 1 << 20);
		buf_init(&want, 1 << 20);
		buf_init(&have, 1 << 20);
		assert_int_equal(letter_fill(&l, &v, &plain, &e), 0);
		assert_int_equal(seal_message(&signers, buf_str(&plain), AT, &want, &e), 0);
		assert_int_equal(seal_fill(seal, &v, AT, &s, &e), 0);
		splice_add_to(s, &have);
		assert_int_equal(s->n, have.n);
		if (!str_eq(buf_str(&have), buf_str(&want)))
			fail_msg("name '%s': two signatures:\n%.*s\n%.*s", names[i], 1500, have.p,
				1500, want.p);
		assert_true(str_ends(buf_str(&have), buf_str(&plain)));
		splice_free(s);
		buf_free(&plain);
		buf_free(&want);
		buf_free(&have);
	}
	seal_free(seal);
	close_signers(&signers);
	arena_free(&a);
}

static void
its_fields_are_lines_that_may_go_out(void **state)
{
	static const char *const parts[] = {
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;", "d=post.example;",
		" s=r1;", "s=e1;", "t=1771027200;", "x=1773619200;", "a=ed25519-sha256;",
		"h=From:From:To:To:Subject:Subject:Date:Date:", "List-Unsubscribe-Post:"
	};
	struct seal_signer all[2];
	struct seal_signers signers;
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct letter_values v = values("Ann");
	struct str rest, line;
	struct buf plain, b;
	struct err e = { 0 };

	(void)state;
	open_signers(all, &signers);
	buf_init(&plain, 1 << 20);
	buf_init(&b, 1 << 20);
	assert_int_equal(letter_fill(&l, &v, &plain, &e), 0);
	assert_int_equal(seal_message(&signers, buf_str(&plain), AT, &b, &e), 0);
	for (size_t i = 0; i < COUNT(parts); i++)
		if (str_find_str(buf_str(&b), str_of(parts[i])) < 0)
			fail_msg("'%s' is missing in %.*s", parts[i], 1200, b.p);
	for (rest = buf_str(&b); str_line(&rest, &line) && line.n;)
		assert_true(line.n <= 78 && line.p[0] != '.');
	/* Never what is changed on the way. */
	assert_true(str_find_str(buf_str(&b), STR("Return-Path")) < 0);
	assert_true(str_find_str(buf_str(&b), STR("Received")) < 0);
	buf_free(&plain);
	buf_free(&b);
	close_signers(&signers);
	arena_free(&a);
}

static void
without_signers_a_letter_is_as_it_was(void **state)
{
	const struct seal_signers none = { 0 };
	struct arena a = { 0 };
	struct letter l = make(&a);
	struct letter_values v = values("Ann");
	struct seal *seal;
	struct splice *s;
	struct buf plain, b;
	struct err e = { 0 };

	(void)state;
	buf_init(&plain, 1 << 20);
	buf_init(&b, 1 << 20);
	assert_int_equal(seal_new(&none, &l, &seal, &e), 0);
	assert_false(seal_signs(seal));
	assert_int_equal(seal_fill(seal, &v, AT, &s, &e), 0);
	splice_add_to(s, &b);
	assert_int_equal(letter_fill(&l, &v, &plain, &e), 0);
	assert_true(str_eq(buf_str(&plain), buf_str(&b)));
	buf_clear(&b);
	assert_int_equal(seal_message(&none, buf_str(&plain), AT, &b, &e), 0);
	assert_true(str_eq(buf_str(&plain), buf_str(&b)));
	splice_free(s);
	seal_free(seal);
	buf_free(&plain);
	buf_free(&b);
	arena_free(&a);
}

static void
without_from_nothing_is_signed(void **state)
{
	struct seal_signer all[2];
	struct seal_signers signers;
	struct err e = { 0 };
	struct buf b;

	(void)state;
	open_signers(all, &signers);
	buf_init(&b, 1 << 20);
	assert_int_equal(seal_message(&signers, STR("To: x\r\n\r\nbody\r\n"), AT, &b, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_non_null(strstr(e.text, "From"));
	buf_free(&b);
	close_signers(&signers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_is_signed_as_a_whole_message_is),
		cmocka_unit_test(its_fields_are_lines_that_may_go_out),
		cmocka_unit_test(without_signers_a_letter_is_as_it_was),
		cmocka_unit_test(without_from_nothing_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
