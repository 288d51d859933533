#include "compose/colour.h"

#include <math.h>

#include "test.h"

static void
colours_are_read(void **state)
{
	static const struct {
		const char *in;
		int red, green, blue; /* -1: it is none */
	} rows[] = {
		{ "#5c574d", 0x5c, 0x57, 0x4d },
		{ " #FFFDF8 ", 0xff, 0xfd, 0xf8 },
		{ "#abc", 0xaa, 0xbb, 0xcc },
		{ "white", 255, 255, 255 },
		{ "Black", 0, 0, 0 },
		{ "rgb(1, 2, 255)", 1, 2, 255 },
		{ "rgb(1,2,256)", -1 },
		{ "rgb(1,2)", -1 },
		{ "rgb(1,2,3,4)", -1 },
		{ "rgb(", -1 },
		{ "rgb()", -1 },
		{ "#12345", -1 },
		{ "#12345g", -1 },
		{ "#", -1 },
		{ "", -1 },
		{ "rebeccapurple", -1 },
		{ "var(--ink)", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct colour c;

		if (colour_parse(str_of(rows[i].in), &c) != (rows[i].red >= 0) ||
			(rows[i].red >= 0 && (c.red != rows[i].red || c.green != rows[i].green ||
						     c.blue != rows[i].blue)))
			fail_msg("'%s'", rows[i].in);
	}
}

/* The values of WCAG's own examples and of public calculators. */
static void
contrast_is_that_of_wcag(void **state)
{
	static const struct {
		const char *a, *b;
		double want;
	} rows[] = {
		{ "#000000", "#ffffff", 21.0 },
		{ "#ffffff", "#000000", 21.0 },
		{ "#777777", "#ffffff", 4.48 },
		{ "#767676", "#ffffff", 4.54 },
		{ "#ff0000", "#ffffff", 4.00 },
		{ "#0000ff", "#ffffff", 8.59 },
		{ "#123456", "#123456", 1.0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct colour a, b;

		assert_true(colour_parse(str_of(rows[i].a), &a));
		assert_true(colour_parse(str_of(rows[i].b), &b));
		if (fabs(colour_contrast(a, b) - rows[i].want) > 0.005)
			fail_msg("%s on %s: %f", rows[i].a, rows[i].b, colour_contrast(a, b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_are_read),
		cmocka_unit_test(contrast_is_that_of_wcag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
