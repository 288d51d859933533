#include "mail/dmarc.h"

#include "test.h"

static const struct {
	const char *text;
	bool good;
	enum dmarc_policy policy, below;
	bool testing, reports;
} rows[] = {
	{ "v=DMARC1; p=none", true, DMARC_NONE, DMARC_NONE, false, false },
	{ "v=DMARC1; p=Reject; sp=quarantine; rua=mailto:a@b.test", true, DMARC_REJECT,
		DMARC_QUARANTINE, false, true },
	{ "v=DMARC1; p=reject; pct=50", true, DMARC_REJECT, DMARC_REJECT, true, false },
	{ "v=DMARC1; p=reject; pct=100", true, DMARC_REJECT, DMARC_REJECT, false, false },
	{ "v=DMARC1; p=quarantine; t=y", true, DMARC_QUARANTINE, DMARC_QUARANTINE, true, false },
	{ "v=DMARC1; rua=mailto:a@b.test", true, DMARC_NONE, DMARC_NONE, false, true },
	{ "v=DMARC1; p=maybe; rua=mailto:a@b.test", true, DMARC_NONE, DMARC_NONE, false, true },
	{ "v=DMARC1; p=maybe" },
	{ "v=DMARC1" },
	{ "v=DMARC1; p" },
};

static void
records_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = "";
		struct dmarc d;

		assert_true(dmarc_is_record(str_of(rows[i].text)));
		if (dmarc_read(str_of(rows[i].text), &d, &why) != rows[i].good)
			fail_msg("'%s': %s", rows[i].text, why);
		if (!rows[i].good)
			continue;
		assert_int_equal(d.policy, rows[i].policy);
		assert_int_equal(d.below, rows[i].below);
		assert_int_equal(d.testing, rows[i].testing);
		assert_int_equal(d.reports, rows[i].reports);
	}
}

static void
one_organisation_is_aligned_unless_strictly(void **state)
{
	const struct str press = STR("press.test"), news = STR("news.press.test"),
			 other = STR("other.test"), none = { 0 };

	(void)state;
	assert_true(dmarc_aligned(news, STR("News.Press.test"), none, none, true));
	assert_true(dmarc_aligned(news, press, press, press, false));
	assert_false(dmarc_aligned(news, press, press, press, true));
	assert_false(dmarc_aligned(news, other, press, other, false));
	assert_false(dmarc_aligned(news, other, none, none, false));
	assert_str(dmarc_parent(news), "press.test");
	assert_int_equal(dmarc_parent(STR("test")).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(one_organisation_is_aligned_unless_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
