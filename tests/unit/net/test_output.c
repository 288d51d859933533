#include "net/output.h"

#include <string.h>

#include "test.h"

static struct splice *
body(void)
{
	static const struct str pieces[] = { STR_INIT("Hello "), { NULL, 3 }, STR_INIT(""),
		STR_INIT(", good day"), { NULL, 0 } };

	return splice_new(pieces, COUNT(pieces), STR("Ann"));
}

/* What it would write, taken `step` bytes at a time with at most `most` pieces in view. */
static void
drain(struct output *o, size_t step, size_t most, char *out)
{
	while (output_left(o)) {
		struct str pieces[8];
		size_t n = output_gather(o, pieces, most), left = step, took = 0;

		assert_true(n > 0 && n <= most);
		for (size_t i = 0; i < n && left; i++) {
			size_t piece = pieces[i].n < left ? pieces[i].n : left;

			assert_true(pieces[i].n > 0);
			memcpy(out, pieces[i].p, piece);
			out += piece;
			left -= piece;
			took += piece;
		}
		output_took(o, took);
	}
	*out = '\0';
}

static void
lines_and_bodies_come_out_in_order_however_they_are_taken(void **state)
{
	(void)state;
	for (size_t step = 1; step < 40; step++)
		for (size_t most = 1; most <= 8; most++) {
			struct output o;
			char out[256];

			output_init(&o);
			output_linez(&o, "MAIL\r\n");
			output_linez(&o, "RCPT\r\n");
			output_body(&o, body());
			output_linez(&o, ".\r\n");
			output_body(&o, body());
			drain(&o, step, most, out);
			assert_string_equal(
				out, "MAIL\r\nRCPT\r\nHello Ann, good day.\r\nHello Ann, good day");
			assert_int_equal(o.written, strlen(out));
			output_free(&o);
		}
}

static void
what_is_always_behind_does_not_grow(void **state)
{
	struct output o;

	(void)state;
	output_init(&o);
	output_linez(&o, "first\r\n");
	for (int i = 0; i < 1000000; i++) {
		output_linez(&o, "MAIL FROM:<a@b.example>\r\n");
		output_took(&o, 25);
	}
	assert_int_equal(output_left(&o), 7);
	assert_true(o.lines.room < 1 << 18);
	output_clear(&o);
	assert_int_equal(output_left(&o), 0);
	output_free(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_bodies_come_out_in_order_however_they_are_taken),
		cmocka_unit_test(what_is_always_behind_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
