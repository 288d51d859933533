#include "mail/mbox.h"

#include "test.h"

static void
messages_come_one_by_one(void **state)
{
	static const struct {
		const char *in;
		const char *want[3];
	} rows[] = {
		{ "From a Sat Feb 14 06:00:00 2026\nA: 1\n\nx\n\nFrom b Sat Feb 14 06:00:01 "
		  "2026\nB: 2\n",
			{ "A: 1\n\nx\n\n", "B: 2\n" } },
		{ "From a Sat Feb 14 06:00:00 2026\r\nA: 1\r\n\r\nx\r\n\r\nFrom b 06:00\r\nB: "
		  "2\r\n",
			{ "A: 1\r\n\r\nx\r\n\r\n", "B: 2\r\n" } },
		/* One message, though a line of it begins so. */
		{ "A: 1\n\nFrom b Sat Feb 14 06:00:01 2026\nB: 2\n",
			{ "A: 1\n\nFrom b Sat Feb 14 06:00:01 2026\nB: 2\n" } },
		{ "From a 06:00\nA: 1\n\nx\nFrom b 06:00\n\nFrom now on\n",
			{ "A: 1\n\nx\nFrom b 06:00\n\nFrom now on\n" } },
		{ "From a 06:00", { "" } },
		{ "", { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str rest = str_of(rows[i].in), message;

		for (size_t k = 0; k < 3 && rows[i].want[k]; k++) {
			assert_true(mbox_next(&rest, &message));
			assert_str(message, rows[i].want[k]);
		}
		assert_false(mbox_next(&rest, &message));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(messages_come_one_by_one) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
