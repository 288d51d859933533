#include "mail/spf.h"

#include <arpa/inet.h>
#include <string.h>

#include "test.h"

static const struct {
	const char *text;
	size_t terms;
	const char *bad; /* the term that is wrong; NULL: none */
} rows[] = {
	{ "v=spf1", 0, NULL },
	{ "v=spf1  -all ", 1, NULL },
	{ "V=SPF1 IP4:192.0.2.0/24 ~ALL", 2, NULL },
	{ "v=spf1 a mx a/24 mx//64 a/24//64 a:x.test a:x.test/24 mx:x.test/24//64 -all", 9, NULL },
	{ "v=spf1 ip6:2001:db8::/32 ip6:::1 ?all", 3, NULL },
	{ "v=spf1 include:_spf.x.test redirect=x.test exp=e.x.test later=1", 4, NULL },
	{ "v=spf1 exists:%{ir}.x.test ptr ptr:x.test", 3, NULL },
	{ "v=spf1 ip4:192.0.2.0/33", 0, "ip4:192.0.2.0/33" },
	{ "v=spf1 ip4:192.0.2.0/", 0, "ip4:192.0.2.0/" },
	{ "v=spf1 ip4:192.0.2.0/08", 0, "ip4:192.0.2.0/08" },
	{ "v=spf1 ip4:192.0.2", 0, "ip4:192.0.2" },
	{ "v=spf1 ip4", 0, "ip4" },
	{ "v=spf1 ip6:192.0.2.1", 0, "ip6:192.0.2.1" },
	{ "v=spf1 a:", 0, "a:" },
	{ "v=spf1 a=x.test", 0, "a=x.test" },
	{ "v=spf1 redirect:x.test", 0, "redirect:x.test" },
	{ "v=spf1 include", 0, "include" },
	{ "v=spf1 include:nodot", 0, "include:nodot" },
	{ "v=spf1 all:x.test", 0, "all:x.test" },
	{ "v=spf1 -", 0, "-" },
	{ "v=spf1 ++all", 0, "++all" },
	{ "v=spf1 alll", 0, "alll" },
	{ "v=spf1 a mx/129", 0, "mx/129" },
};

static void
records_are_read_term_by_term(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str bad = { 0 };
		const char *why;
		struct spf s;
		bool good = spf_read(str_of(rows[i].text), &s, &bad, &why);

		assert_true(spf_is_record(str_of(rows[i].text)));
		if (good != !rows[i].bad)
			fail_msg("'%s': %.*s is %s", rows[i].text, STR_ARG(bad), why);
		if (good)
			assert_int_equal(s.count, rows[i].terms);
		else
			assert_str(bad, rows[i].bad);
	}
	assert_false(spf_is_record(STR("v=spf10 -all")));
	assert_false(spf_is_record(STR("spf2.0/pra -all")));
	assert_false(spf_is_record(STR("")));
}

static void
what_costs_a_lookup_is_counted(void **state)
{
	struct str bad;
	const char *why;
	struct spf s;
	int costs = 0;

	(void)state;
	assert_true(spf_read(STR("v=spf1 a mx ptr ip4:192.0.2.1 include:x.test exists:x.test "
				 "redirect=x.test exp=x.test"),
		&s, &bad, &why));
	for (size_t i = 0; i < s.count; i++)
		costs += spf_costs(&s.terms[i]);
	assert_int_equal(costs, 6);
	assert_null(spf_all(&s));
	assert_true(spf_read(STR("v=spf1 exists:%{i}.x.test ?all"), &s, &bad, &why));
	assert_true(spf_is_macro(&s.terms[0]));
	assert_int_equal(spf_all(&s)->qualifier, '?');
}

static const struct {
	const char *term, *address;
	bool covered;
} networks[] = {
	{ "ip4:192.0.2.0/24", "::ffff:192.0.2.77", true },
	{ "ip4:192.0.2.0/24", "::ffff:192.0.3.1", false },
	{ "ip4:192.0.2.128/25", "::ffff:192.0.2.127", false },
	{ "ip4:192.0.2.1", "::ffff:192.0.2.1", true },
	{ "ip4:192.0.2.1", "::ffff:192.0.2.0", false },
	{ "ip4:0.0.0.0/0", "::ffff:203.0.113.9", true },
	{ "ip4:0.0.0.0/0", "2001:db8::1", false },
	{ "ip6:2001:db8::/32", "2001:db8:ffff::1", true },
	{ "ip6:2001:db8::/33", "2001:db8:ffff::1", false },
	{ "ip6:::/0", "2001:db8::1", true },
};

static void
networks_cover_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		char text[100] = "v=spf1 ";
		uint8_t address[16];
		struct str bad;
		const char *why;
		struct spf s;

		strcat(text, networks[i].term);
		assert_int_equal(inet_pton(AF_INET6, networks[i].address, address), 1);
		assert_true(spf_read(str_of(text), &s, &bad, &why));
		if (spf_covers(s.terms[0].address, s.terms[0].bits6, address) !=
			networks[i].covered)
			fail_msg("%s and %s", networks[i].term, networks[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_term_by_term),
		cmocka_unit_test(what_costs_a_lookup_is_counted),
		cmocka_unit_test(networks_cover_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
