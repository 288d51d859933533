/* picture.h: what kind of picture some bytes are and how large it is, from its header alone. Pure. */
#ifndef COMPOSE_PICTURE_H
#define COMPOSE_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct picture {
	const char *type;       /* "image/png" */
	const char *extension;  /* ".png" */
	uint32_t width, height; /* pixels as they are shown, neither is 0 */
};

/*
 * Of a PNG, JPEG or GIF: the three that every mail program shows (EMAIL 6.2). A JPEG that a camera
 * held sideways is measured as readers turn it. False for anything else, also for those kinds of
 * JPEG that no browser shows (lossless, arithmetic), and where the header is broken or cut off.
 * Nothing behind the header is looked at.
 */
bool picture_measure(struct str bytes, struct picture *out);

#endif
