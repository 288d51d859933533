#include "compose/colour.h"

#include <math.h>

static bool
parse_hex(struct str s, struct colour *out)
{
	size_t each = s.n == 3 ? 1 : 2;
	uint8_t *to[] = { &out->red, &out->green, &out->blue };

	if (s.n != 3 && s.n != 6)
		return false;
	for (size_t i = 0; i < 3; i++) {
		int high = str_hex_digit(s.p[i * each]),
		    low = str_hex_digit(s.p[i * each + each - 1]);

		if (high < 0 || low < 0)
			return false;
		*to[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static bool
parse_rgb(struct str s, struct colour *out)
{
	uint8_t *to[] = { &out->red, &out->green, &out->blue };
	struct str piece;
	uint64_t v;

	for (size_t i = 0; i < 3; i++) {
		if (!str_split(&s, ',', &piece) || !str_u64(str_trim(piece), 255, &v))
			return false;
		*to[i] = (uint8_t)v;
	}
	return s.n == 0;
}

bool
colour_parse(struct str s, struct colour *out)
{
	static const struct {
		const char *name;
		struct colour colour;
	} names[] = { { "white", { 255, 255, 255 } }, { "black", { 0, 0, 0 } },
		{ "red", { 255, 0, 0 } }, { "blue", { 0, 0, 255 } }, { "green", { 0, 128, 0 } },
		{ "gray", { 128, 128, 128 } }, { "grey", { 128, 128, 128 } },
		{ "silver", { 192, 192, 192 } }, { "navy", { 0, 0, 128 } },
		{ "maroon", { 128, 0, 0 } }, { "yellow", { 255, 255, 0 } } };

	s = str_trim(s);
	if (s.n && s.p[0] == '#')
		return parse_hex(str_from(s, 1), out);
	if (str_ieq(str_sub(s, 0, 4), STR("rgb(")) && s.p[s.n - 1] == ')')
		return parse_rgb(str_sub(s, 4, s.n - 5), out);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_ieq(s, str_of(names[i].name))) {
			*out = names[i].colour;
			return true;
		}
	return false;
}

/* WCAG 2.2's "relative luminance"; 0.04045 is sRGB's own, and makes no difference in 8 bits. */
static double
linear(uint8_t channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(struct colour c)
{
	return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
}

double
colour_contrast(struct colour a, struct colour b)
{
	double x = luminance(a), y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}
