/* look.h: the HTML of a message made ready for a frame of the preview. Pure. */
#ifndef CMD_LOOK_H
#define CMD_LOOK_H

#include "base/buf.h"

enum look { LOOK_LIGHT, LOOK_DARK };

/*
 * The HTML with its dark-mode rules in or out of force whatever the browser prefers, its embedded
 * pictures (cid:) taken from `pictures` ("../part/"), and its links opening outside of the frame.
 */
void look_dress(struct str html, enum look look, const char *pictures, struct buf *out);

#endif
