#include "compose/picture.h"

/* Bytes that are read one after the other; what lies behind their end is 0, and `past` is set. */
struct reader {
	struct str s;
	size_t at;
	bool big, past; /* the byte order; whether more was asked for than there is */
};

static uint32_t
take(struct reader *r, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = 0;

		if (r->at < r->s.n)
			c = (unsigned char)r->s.p[r->at++];
		else
			r->past = true;
		v = r->big ? v << 8 | c : v | c << 8 * i;
	}
	return v;
}

static void
skip(struct reader *r, size_t n)
{
	if (n > r->s.n - r->at) {
		r->past = true;
		n = r->s.n - r->at;
	}
	r->at += n;
}

static bool
is_size(uint32_t width, uint32_t height)
{
	return width > 0 && height > 0 && width <= INT32_MAX && height <= INT32_MAX;
}

/* -- PNG (ISO/IEC 15948, 11.2.2): IHDR comes first and is of one size --------------------------- */

static bool
png_depth_fits(uint32_t depth, uint32_t colour)
{
	switch (colour) {
	case 0:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
	case 3:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8;
	case 2:
	case 4:
	case 6:
		return depth == 8 || depth == 16;
	default:
		return false;
	}
}

static bool
measure_png(struct reader *r, struct picture *out)
{
	uint32_t depth, colour;

	out->width = take(r, 4);
	out->height = take(r, 4);
	depth = take(r, 1);
	colour = take(r, 1);
	/* One way to compress and one to filter are defined; interlaced or not. */
	return png_depth_fits(depth, colour) && take(r, 2) == 0 && take(r, 1) <= 1;
}

/* -- GIF (GIF89a, 18): the logical screen ------------------------------------------------------ */

static bool
measure_gif(struct reader *r, struct picture *out)
{
	r->big = false;
	out->width = take(r, 2);
	out->height = take(r, 2);
	skip(r, 3);
	return true;
}

/* -- JPEG (ITU T.81, B.2): segments up to the frame's header ----------------------------------- */

enum {
	SOF0 = 0xc0,
	SOF2 = 0xc2,
	SOF15 = 0xcf,
	DHT = 0xc4,
	DAC = 0xcc,
	RST0 = 0xd0,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	APP1 = 0xe1,
	TEM = 0x01
};

/* Behind a marker that has them come two bytes of length, which count themselves. */
static bool
is_alone(uint32_t marker)
{
	return marker == TEM || (marker >= RST0 && marker <= SOI);
}

static bool
is_frame(uint32_t marker)
{
	return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != DAC;
}

/* The next marker: 0xff once or more and a byte that is neither 0 nor 0xff. 0: there is none. */
static uint32_t
next_marker(struct reader *r)
{
	uint32_t c = take(r, 1);

	if (c != 0xff)
		return 0;
	while (c == 0xff && !r->past)
		c = take(r, 1);
	return c;
}

/* Exif's orientation (TIFF 6.0, tag 274): 5 to 8 are turned by a quarter. 0: it does not say. */
static uint32_t
orientation(struct str exif)
{
	struct reader r = { .s = str_from(exif, 6), .big = true };
	uint32_t count;

	if (!str_starts(exif, STR("Exif\0\0")))
		return 0;
	r.big = take(&r, 2) == 0x4d4d; /* MM, or II */
	if (take(&r, 2) != 42)
		return 0;
	skip(&r, take(&r, 4) - 8);
	count = take(&r, 2);
	for (uint32_t i = 0; i < count && !r.past; i++) {
		uint32_t tag = take(&r, 2), type = take(&r, 2), n = take(&r, 4),
			 value = take(&r, 2);

		skip(&r, 2);
		if (tag == 274)
			return type == 3 && n == 1 && !r.past ? value : 0;
	}
	return 0;
}

static void
turn(struct picture *p)
{
	uint32_t width = p->width;

	p->width = p->height;
	p->height = width;
}

/* What the frame's header says: precision, lines, samples a line, and a row of three a component. */
static bool
measure_frame(struct reader *r, uint32_t marker, uint32_t length, struct picture *out)
{
	uint32_t precision = take(r, 1), components;

	out->height = take(r, 2);
	out->width = take(r, 2);
	components = take(r, 1);
	skip(r, components * 3);
	return marker <= SOF2 && precision == 8 && components > 0 && components <= 4 &&
	       length == 8 + components * 3;
}

static bool
measure_jpeg(struct reader *r, struct picture *out)
{
	uint32_t turned = 0, marker;

	while ((marker = next_marker(r)) && marker != SOS && marker != EOI && !r->past) {
		uint32_t length = is_alone(marker) ? 2 : take(r, 2);

		if (length < 2)
			return false;
		if (is_frame(marker)) {
			if (!measure_frame(r, marker, length, out))
				return false;
			if (turned >= 5 && turned <= 8)
				turn(out);
			return true;
		}
		if (marker == APP1 && !turned)
			turned = orientation(str_sub(r->s, r->at, length - 2));
		skip(r, length - 2);
	}
	return false;
}

/* -- all three --------------------------------------------------------------------------------- */

static const struct kind {
	struct str magic;
	const char *type, *extension;
	bool (*measure)(struct reader *r, struct picture *out);
} kinds[] = {
	{ STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png", ".png", measure_png },
	{ STR_INIT("\xff\xd8\xff"), "image/jpeg", ".jpg", measure_jpeg },
	{ STR_INIT("GIF87a"), "image/gif", ".gif", measure_gif },
	{ STR_INIT("GIF89a"), "image/gif", ".gif", measure_gif },
};

bool
picture_measure(struct str bytes, struct picture *out)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct kind *k = &kinds[i];
		struct reader r = { .s = bytes, .at = k->magic.n, .big = true };

		if (!str_starts(bytes, k->magic))
			continue;
		/* A JPEG's 0xff begins its first marker already. */
		if (k->measure == measure_jpeg)
			r.at--;
		*out = (struct picture){ .type = k->type, .extension = k->extension };
		return k->measure(&r, out) && !r.past && is_size(out->width, out->height);
	}
	return false;
}
