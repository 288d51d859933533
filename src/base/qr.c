#include "base/qr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <qrencode.h>

/* -- the code --------------------------------------------------------------------------------- */

/* A code of libqrencode's with the quiet zone around it. */
static const uint8_t *
framed(const QRcode *code, int side, struct arena *a)
{
	uint8_t *dark = arena_alloc(a, (size_t)side * (size_t)side);

	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			/* Its other bits say what the module is for. */
			dark[(y + QR_QUIET) * side + x + QR_QUIET] =
				code->data[y * code->width + x] & 1;
	return dark;
}

int
qr_make(struct str bytes, struct arena *a, struct qr *out, struct err *e)
{
	enum { MOST = 2331, SMALLEST = 0 };
	QRcode *code;

	if (bytes.n == 0 || bytes.n > MOST)
		return err_set(
			e, ERR_DATA, "a QR code holds 1 to %d bytes, not %zu", MOST, bytes.n);
	code = QRcode_encodeData(
		(int)bytes.n, (const unsigned char *)bytes.p, SMALLEST, QR_ECLEVEL_M);
	if (!code)
		return err_set(
			e, ERR_INTERNAL, "no QR code of %zu bytes: %s", bytes.n, strerror(errno));
	out->side = code->width + 2 * QR_QUIET;
	out->dark = framed(code, out->side, a);
	QRcode_free(code);
	return 0;
}

static bool
is_dark(const struct qr *q, int x, int y)
{
	return y < q->side && q->dark[y * q->side + x];
}

/* -- PNG -------------------------------------------------------------------------------------- */

/* Each pixel's colour, by its number in the palette. */
static uint8_t *
pixels_of(const struct qr *q, int scale)
{
	size_t side = (size_t)q->side * (size_t)scale;
	uint8_t *pixels = mem_alloc(side * side);

	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++)
			pixels[y * side + x] = is_dark(q, (int)x / scale, (int)y / scale) ? 1 : 0;
	return pixels;
}

/* A palette of two makes libpng write one bit a pixel. It puts no time or text into what it
 * writes. */
int
qr_png(const struct qr *q, int scale, struct buf *out, struct err *e)
{
	static const uint8_t palette[] = { 255, 255, 255, 0, 0, 0 };
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)(q->side * scale),
		.height = (png_uint_32)(q->side * scale),
		.format = PNG_FORMAT_RGB_COLORMAP,
		.flags = PNG_IMAGE_FLAG_COLORSPACE_NOT_sRGB,
		.colormap_entries = 2 };
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
	uint8_t *pixels = pixels_of(q, scale), *to = mem_alloc(size);
	bool done = png_image_write_to_memory(&image, to, &size, 0, pixels, 0, palette);

	if (done)
		buf_add(out, (struct str){ (const char *)to, size });
	free(pixels);
	free(to);
	return done ? 0 : err_set(e, ERR_INTERNAL, "a QR code as PNG: %s", image.message);
}

/* -- SVG and text ----------------------------------------------------------------------------- */

void
qr_svg(const struct qr *q, int scale, struct buf *out)
{
	buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><rect width=\"%d\" "
		"height=\"%d\" fill=\"#fff\"/><path d=\"",
		q->side * scale, q->side * scale, q->side, q->side, q->side, q->side);
	for (int y = 0; y < q->side; y++)
		for (int x = 0; x < q->side; x++)
			if (is_dark(q, x, y))
				buf_printf(out, "M%d %dh1v1h-1z", x, y);
	buf_addz(out, "\"/></svg>\n");
}

void
qr_text(const struct qr *q, struct buf *out)
{
	/* By the dark ones of two: none, the upper, the lower, both. */
	static const char *const halves[] = { "\u2588", "\u2584", "\u2580", " " };

	for (int y = 0; y < q->side; y += 2) {
		for (int x = 0; x < q->side; x++)
			buf_addz(out, halves[is_dark(q, x, y) | is_dark(q, x, y + 1) << 1]);
		buf_addc(out, '\n');
	}
}
