#include "compose/picture.h"

#include <string.h>

#include "base/arena.h"
#include "test.h"

#define PNG "\x89PNG\r\n\x1a\n"
#define IHDR PNG "\0\0\0\rIHDR"
/* Start of image, and a JFIF segment as most writers begin with. */
#define JPEG "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define FRAME(marker) "\xff" marker "\0\x11\x08\0\x64\x01\x2c\3\1\x22\0\2\x11\1\3\x11\1"
/* Exif with one entry, its orientation. */
#define EXIF_BIG(value)                                                                            \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0" value "\0\0\0\0\0\0"
#define EXIF_LITTLE(value)                                                                         \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0II*\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0" value "\0\0\0\0\0\0\0"

static const struct row {
	struct str bytes;
	const char *type; /* NULL: it is none that we take */
	uint32_t width, height;
	const char *why;
} rows[] = {
	{ STR_INIT(IHDR "\0\0\x02\x80\0\0\x01\xe0\x08\2\0\0\0"), "image/png", 640, 480, "" },
	{ STR_INIT(IHDR "\0\0\x02\x80\0\0\x01\xe0\x08\6\0\0\1"), "image/png", 640, 480,
		"interlaced, with alpha" },
	{ STR_INIT(IHDR "\0\0\0\1\0\0\0\1\1\3\0\0\0"), "image/png", 1, 1, "a bit, of a palette" },
	{ STR_INIT(IHDR "\x7f\xff\xff\xff\x7f\xff\xff\xff\x10\0\0\0\0"), "image/png", INT32_MAX,
		INT32_MAX, "as large as may be: the caller has a ceiling" },
	{ STR_INIT(IHDR "\x80\0\0\0\0\0\0\1\x08\2\0\0\0"), .why = "larger than may be" },
	{ STR_INIT(IHDR "\0\0\0\0\0\0\1\0\x08\2\0\0\0"), .why = "no width" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\0\0\x08\2\0\0\0"), .why = "no height" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\1\0\3\2\0\0\0"), .why = "3 bits a sample" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\1\0\1\6\0\0\0"), .why = "alpha and 1 bit" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\1\0\x08\5\0\0\0"), .why = "a kind of colour that is none" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\1\0\x08\2\1\0\0"), .why = "another way to compress" },
	{ STR_INIT(IHDR "\0\0\1\0\0\0\1\0\x08\2\0\0\2"), .why = "another way to interlace" },
	{ STR_INIT(PNG "\0\0\0\rIDAT\0\0\1\0\0\0\1\0\x08\2\0\0\0"), .why = "IHDR is not first" },
	{ STR_INIT(PNG "\0\0\0\x0eIHDR\0\0\1\0\0\0\1\0\x08\2\0\0\0\0"), .why = "a long IHDR" },
	{ STR_INIT("\x89PNG\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\2\0\0\0"),
		.why = "sent as text: its CR is gone" },

	{ STR_INIT("GIF89a\x90\1\x2c\1\xf7\0\0"), "image/gif", 400, 300, "" },
	{ STR_INIT("GIF87a\1\0\1\0\0\0\0"), "image/gif", 1, 1, "" },
	{ STR_INIT("GIF89a\0\0\1\0\0\0\0"), .why = "no width" },
	{ STR_INIT("GIF90a\1\0\1\0\0\0\0"), .why = "no version of GIF" },

	{ STR_INIT(JPEG FRAME("\xc0")), "image/jpeg", 300, 100, "" },
	{ STR_INIT(JPEG FRAME("\xc1")), "image/jpeg", 300, 100, "extended" },
	{ STR_INIT(JPEG FRAME("\xc2")), "image/jpeg", 300, 100, "progressive" },
	{ STR_INIT("\xff\xd8" FRAME("\xc0")), "image/jpeg", 300, 100, "without JFIF" },
	{ STR_INIT("\xff\xd8\xff\xff\xff" FRAME("\xc0")), "image/jpeg", 300, 100, "fill bytes" },
	{ STR_INIT(JPEG "\xff\xfe\0\x06\xff\xc0\0\x11" FRAME("\xc2")), "image/jpeg", 300, 100,
		"a comment that looks like a frame" },
	{ STR_INIT(JPEG "\xff\xdb\0\4qt\xff\xc4\0\4ht\xff\x01" FRAME("\xc0")), "image/jpeg", 300,
		100, "tables before it, and a marker that has no length" },
	{ STR_INIT(JPEG EXIF_BIG("\6") FRAME("\xc2")), "image/jpeg", 100, 300,
		"held sideways, MM" },
	{ STR_INIT(JPEG EXIF_LITTLE("\x08") FRAME("\xc2")), "image/jpeg", 100, 300,
		"held sideways, II" },
	{ STR_INIT(JPEG EXIF_BIG("\3") FRAME("\xc0")), "image/jpeg", 300, 100, "upside down" },
	{ STR_INIT(JPEG EXIF_BIG("\x09") FRAME("\xc0")), "image/jpeg", 300, 100,
		"an orientation that is none" },
	{ STR_INIT(JPEG "\xff\xe1\0\x0aXMP:\0\0\6\6" FRAME("\xc0")), "image/jpeg", 300, 100,
		"another APP1" },
	{ STR_INIT(JPEG "\xff\xe1\0\x12"
			"Exif\0\0MM\0*\xff\xff\xff\xff\0\0" FRAME("\xc0")),
		"image/jpeg", 300, 100, "Exif that leads nowhere" },
	{ STR_INIT(JPEG "\xff\xe1\0\x12"
			"Exif\0\0II*\0\x08\0\0\0\xff\xff" FRAME("\xc0")),
		"image/jpeg", 300, 100, "Exif of more entries than it has" },
	{ STR_INIT(JPEG FRAME("\xc3")), .why = "lossless" },
	{ STR_INIT(JPEG FRAME("\xc9")), .why = "arithmetic" },
	{ STR_INIT(JPEG "\xff\xc0\0\x11\x0c\0\x64\x01\x2c\3\1\x22\0\2\x11\1\3\x11\1"),
		.why = "12 bits a sample" },
	{ STR_INIT(JPEG "\xff\xc0\0\x11\x08\0\0\x01\x2c\3\1\x22\0\2\x11\1\3\x11\1"),
		.why = "its height comes behind the scan" },
	{ STR_INIT(JPEG "\xff\xc0\0\x0b\x08\0\x64\x01\x2c\3\1\x22\0\2\x11\1\3\x11\1"),
		.why = "a length that does not fit its components" },
	{ STR_INIT(JPEG "\xff\xc0\0\x08\x08\0\x64\x01\x2c\0"), .why = "no components" },
	{ STR_INIT(JPEG "\xff\xda\0\x08"
			"xxxxxx" FRAME("\xc0")),
		.why = "a scan before the frame" },
	{ STR_INIT(JPEG "\xff\xd9" FRAME("\xc0")), .why = "its end before the frame" },
	{ STR_INIT(JPEG "\xff\xfe\0\1" FRAME("\xc0")), .why = "a length of 1" },
	{ STR_INIT(JPEG "\xff\xfe\xff\xff" FRAME("\xc0")), .why = "a segment past the end" },
	{ STR_INIT(JPEG "x" FRAME("\xc0")), .why = "bytes between segments" },

	{ STR_INIT(""), .why = "nothing" },
	{ STR_INIT("RIFF\0\0\1\0WEBPVP8 "), .why = "WebP" },
	{ STR_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), .why = "SVG" },
	{ STR_INIT("BM\0\0\0\0"), .why = "BMP" },
	{ STR_INIT("<!DOCTYPE html>"), .why = "a page" },
};

static void
headers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct picture p;
		bool got = picture_measure(r->bytes, &p);

		if (got != (r->type != NULL))
			fail_msg("row %zu (%s): %s", i, r->why, got ? "taken" : "refused");
		if (got && (strcmp(p.type, r->type) != 0 || p.width != r->width ||
				   p.height != r->height))
			fail_msg("row %zu (%s): %s of %ux%u", i, r->why, p.type, p.width, p.height);
	}
}

/* Each prefix in memory of its own, so that a byte too far is seen. */
static void
what_is_cut_off_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t n = 0; rows[i].type && n < rows[i].bytes.n; n++) {
			struct arena a = { 0 };
			struct str cut = arena_str(&a, str_sub(rows[i].bytes, 0, n));
			struct picture p;

			if (picture_measure(cut, &p))
				fail_msg("row %zu (%s), cut to %zu bytes", i, rows[i].why, n);
			arena_free(&a);
		}
}

/* A file of nothing but segments is read once, not for ever. */
static void
many_segments_end(void **state)
{
	enum { SIZE = 1 << 20 };
	struct arena a = { 0 };
	char *bytes = arena_alloc(&a, SIZE);
	struct picture p;

	(void)state;
	memset(bytes, 0xff, SIZE);
	bytes[1] = (char)0xd8;
	assert_false(picture_measure((struct str){ bytes, SIZE }, &p));
	for (size_t i = 2; i + 4 < SIZE; i += 4)
		memcpy(bytes + i, "\xff\xfe\0\2", 4);
	assert_false(picture_measure((struct str){ bytes, SIZE }, &p));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(many_segments_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
