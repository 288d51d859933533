/* qr.h: libqrencode's and libpng's door: a text as a QR code (ISO/IEC 18004), as PNG, as SVG and for
 * a terminal. Pure. */
#ifndef BASE_QR_H
#define BASE_QR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* The light margin that readers look for, in modules: it belongs to the code and to its pictures. */
enum { QR_QUIET = 4 };

struct qr {
	int side;            /* modules, the quiet zone on both sides included */
	const uint8_t *dark; /* side rows of side bytes: 1 or 0 */
};

/*
 * The smallest code that holds the bytes, with error correction M (15 % may be lost). It lives in the
 * arena. ERR_DATA when there is nothing to hold, or more than 2,331 bytes.
 */
int qr_make(struct str bytes, struct arena *a, struct qr *out, struct err *e);

/* Append a PNG of black and white, without alpha, `scale` pixels a module. The same code gives the
 * same bytes. */
int qr_png(const struct qr *q, int scale, struct buf *out, struct err *e);

/* Append an <svg>, `scale` pixels a module. */
void qr_svg(const struct qr *q, int scale, struct buf *out);

/* Append lines of half blocks, two rows of modules in one, for a terminal with light letters on dark:
 * what is light is drawn. */
void qr_text(const struct qr *q, struct buf *out);

#endif
