/* colour.h: colours of CSS, and how far apart two are for the eye (WCAG 2). Pure. */
#ifndef COMPOSE_COLOUR_H
#define COMPOSE_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct colour {
	uint8_t red, green, blue;
};

/* "#5c574d", "#fff", "white", "black", "rgb(1, 2, 3)"; with anything around it but blanks it is
 * none. */
bool colour_parse(struct str s, struct colour *out);

/* The contrast of two, 1 to 21 (WCAG 2.2, "contrast ratio"). */
double colour_contrast(struct colour a, struct colour b);

#endif
