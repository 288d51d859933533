#include "mail/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "test.h"

/* A letter that its composed form writes as two. */
#define KA "\xe0\xa5\x98"
#define X63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	struct str in;
	const char *envelope; /* NULL: refused */
	const char *why;
} rows[] = {
	{ STR_INIT("ann@example.org"), "ann@example.org", NULL },
	{ STR_INIT("Ann.Lee+News@Example.ORG"), "Ann.Lee+News@example.org", NULL },
	{ STR_INIT("a@b-c.d"), "a@b-c.d", NULL },
	{ STR_INIT("!#$%&'*+-/=?^_`{|}~@example.org"), "!#$%&'*+-/=?^_`{|}~@example.org", NULL },
	{ STR_INIT("a@b\xc3\xbc"
		   "cher.example"),
		"a@xn--bcher-kva.example", NULL },
	{ STR_INIT("a@B\xc3\x9c"
		   "CHER.example"),
		"a@xn--bcher-kva.example", NULL },
	{ STR_INIT("a@xn--bcher-kva.example"), "a@xn--bcher-kva.example", NULL },
	{ STR_INIT("a@fa\xc3\x9f.example"), "a@xn--fa-hia.example", NULL },
	{ STR_INIT("j\xc3\xbcrgen@example.org"), "j\xc3\xbcrgen@example.org", NULL },
	{ STR_INIT("ju\xcc\x88rgen@example.org"), "j\xc3\xbcrgen@example.org", NULL },
	{ STR_INIT(""), NULL, "nothing" },
	{ STR_INIT("ann"), NULL, "no @" },
	{ STR_INIT("@example.org"), NULL, "nothing before" },
	{ STR_INIT("a@"), NULL, "nothing behind" },
	{ STR_INIT("a@\xef\xb8\x8f"), NULL, "nothing behind" },
	{ STR_INIT("a@b@c.example"), NULL, "more than one @" },
	{ STR_INIT("a..b@example.org"), NULL, "two dots" },
	{ STR_INIT(".a@example.org"), NULL, "dot at an end" },
	{ STR_INIT("a.@example.org"), NULL, "dot at an end" },
	{ STR_INIT("\"a\"@example.org"), NULL, "quoted" },
	{ STR_INIT("(c)a@example.org"), NULL, "comment" },
	{ STR_INIT("a@[192.0.2.1]"), NULL, "literal" },
	{ STR_INIT("a@localhost"), NULL, "without a dot" },
	{ STR_INIT("a@example.org."), NULL, "dot at the end" },
	{ STR_INIT("a@-b.example"), NULL, "hyphen" },
	{ STR_INIT("a@b_c.example"), NULL, "host name" },
	{ STR_INIT("a@192.0.2.1"), NULL, "digits" },
	{ STR_INIT("a@xn--zz--.example"), NULL, "" },
	{ STR_INIT("a b@example.org"), NULL, "blank" },
	{ STR_INIT("a@exam ple.org"), NULL, "blank" },
	{ STR_INIT("a@b.example\r\nRCPT TO:<v@example.org>"), NULL, "blank" },
	{ STR_INIT("a\0b@example.org"), NULL, "control" },
	{ STR_INIT("a@exa\0mple.org"), NULL, "control" },
	{ STR_INIT("a\xe2\x80\x8b@example.org"), NULL, "invisible" },
	{ STR_INIT("a\xe2\x80\xae@example.org"), NULL, "invisible" },
	{ STR_INIT("\xe2\x9d\xa4\xef\xb8\x8f@example.org"), NULL, "invisible" },
	{ STR_INIT("a\xf3\xa0\x84\x80@example.org"), NULL, "invisible" },
	{ STR_INIT("a\xff@example.org"), NULL, "UTF-8" },
	{ STR_INIT("<a@example.org>"), NULL, "may not have" },
	{ STR_INIT(X63 "ab@example.org"), NULL, "64" },
	{ STR_INIT(X63 "a@example.org"), X63 "a@example.org", NULL },
	{ STR_INIT("a@" X63 "b.example"), NULL, "63" },
	{ STR_INIT("a@" X63 "." X63 "." X63 "." X63), NULL, "253" },
	{ STR_INIT(X63 "a@" X63 "." X63 "." X63), NULL, "254" },
	{ STR_INIT(
		  X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 X63 "@b.example"),
		NULL, "254" },
	{ STR_INIT(KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA KA "@b.example"), NULL,
		"64 octets" },
	{ STR_INIT("a)@example.org"), NULL, "comment" },
	{ STR_INIT("a@b.1-2"), "a@b.1-2", NULL },
	{ STR_INIT("a@b.12"), NULL, "digits" },
	{ STR_INIT("a@b{c.example"), NULL, "host name" },
	{ STR_INIT("a@\xe2\x98\xba.example"), NULL, "IDNA 2008" },
	{ STR_INIT("a@xn--74h.example"), NULL, "" },
	{ STR_INIT("a@xn--99999999999.example"), NULL, "" },
	{ STR_INIT("a@xn--bucher-xyd.example"), NULL, "" },
	{ STR_INIT("a@xn--a-.example"), NULL, "" },
};

static void
an_address_is_taken_or_refused_with_the_reason(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address out;
		const char *why = "";
		enum address_verdict v = address_parse(rows[i].in, &a, &out, &why);

		if ((v != ADDRESS_BAD) != (rows[i].envelope != NULL))
			fail_msg("'%.*s': %s", STR_ARG(rows[i].in),
				v == ADDRESS_BAD ? why : "taken");
		if (v == ADDRESS_BAD) {
			if (!strstr(why, rows[i].why))
				fail_msg("'%.*s': %s", STR_ARG(rows[i].in), why);
			continue;
		}
		assert_str(out.envelope, rows[i].envelope);
		assert_true(address_is_envelope(out.envelope));
		assert_int_equal(v == ADDRESS_SMTPUTF8, out.smtputf8);
	}
	arena_free(&a);
}

static void
two_spellings_of_one_person_have_one_key(void **state)
{
	static const char *const pairs[][2] = {
		{ "Ann@Example.org", "ann@EXAMPLE.ORG" },
		{ "a@b\xc3\xbc"
		  "cher.example",
			"A@xn--bcher-kva.example" },
		{ "J\xc3\x9crgen@example.org", "ju\xcc\x88rgen@example.org" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct address x, y;
		const char *why;

		assert_int_not_equal(address_parse(str_of(pairs[i][0]), &a, &x, &why), ADDRESS_BAD);
		assert_int_not_equal(address_parse(str_of(pairs[i][1]), &a, &y, &why), ADDRESS_BAD);
		assert_true(str_eq(x.key, y.key));
	}
	arena_free(&a);
}

static void
only_an_envelope_form_is_one(void **state)
{
	static const struct {
		struct str in;
		bool want;
	} forms[] = {
		{ STR_INIT("a@b.example"), true },
		{ STR_INIT("a@B.example"), false },
		{ STR_INIT("a@b\xc3\xbc.example"), false },
		{ STR_INIT("a@b.example>\r\nRCPT TO:<v@example.org"), false },
		{ STR_INIT("a@b.example> ORCPT=x"), false },
		{ STR_INIT("a\n@b.example"), false },
		{ STR_INIT("a\0@b.example"), false },
		{ STR_INIT("a b@b.example"), false },
		{ STR_INIT("a\x7f@b.example"), false },
		{ STR_INIT("a\xff@b.example"), false },
		{ STR_INIT("a\xe2\x80\xae@b.example"), false },
		{ STR_INIT("\xc3\xbc@b.example"), true },
		{ STR_INIT("@b.example"), false },
		{ STR_INIT("a@"), false },
		{ STR_INIT(""), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++)
		if (address_is_envelope(forms[i].in) != forms[i].want)
			fail_msg("'%.*s'", STR_ARG(forms[i].in));
}

/* The first column of the shared corpus: backslash escapes for bytes. */
static struct str
unescape(struct str s, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < s.n; i++) {
		unsigned v;

		if (s.p[i] != '\\' || i + 1 == s.n) {
			buf_addc(b, s.p[i]);
			continue;
		}
		switch (s.p[++i]) {
		case 't':
			buf_addc(b, '\t');
			break;
		case 'n':
			buf_addc(b, '\n');
			break;
		case 'r':
			buf_addc(b, '\r');
			break;
		case '0':
			buf_addc(b, '\0');
			break;
		case 'x':
			sscanf(s.p + i + 1, "%2x", &v);
			buf_addc(b, (char)v);
			i += 2;
			break;
		default:
			buf_addc(b, s.p[i]);
		}
	}
	return buf_str(b);
}

static void
the_shared_corpus_agrees(void **state)
{
	static const char *const verdicts[] = { "valid", "valid-smtputf8", "invalid" };
	const char *shared = getenv("MORNINGPOST_SHARED");
	char path[1000], line[8192];
	struct arena a = { 0 };
	struct buf b;
	FILE *f;
	int wrong = 0;

	(void)state;
	if (!shared)
		return; /* the corpus is an extra, the rows above are ours */
	snprintf(path, sizeof path, "%s/corpus/addresses.tsv", shared);
	f = fopen(path, "r");
	assert_non_null(f);
	buf_init(&b, 10000);
	while (fgets(line, sizeof line, f)) {
		struct str rest = str_of(line), in, verdict, reason, envelope = { 0 };
		struct address out;
		const char *why = "";
		enum address_verdict v;

		if (line[0] == '#' || !str_split(&rest, '\t', &in) ||
			!str_split(&rest, '\t', &verdict) || !str_split(&rest, '\t', &reason))
			continue;
		str_split(&rest, '\t', &envelope);
		v = address_parse(str_trim(unescape(in, &b)), &a, &out, &why);
		if (!str_eqz(verdict, verdicts[v]) ||
			(v != ADDRESS_BAD && !str_eq(out.envelope, envelope))) {
			print_error("%.*s: wanted %.*s (%.*s), %s %s\n", STR_ARG(in),
				STR_ARG(verdict), STR_ARG(reason), verdicts[v], why);
			wrong++;
		}
	}
	fclose(f);
	buf_free(&b);
	arena_free(&a);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_taken_or_refused_with_the_reason),
		cmocka_unit_test(two_spellings_of_one_person_have_one_key),
		cmocka_unit_test(only_an_envelope_form_is_one),
		cmocka_unit_test(the_shared_corpus_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
