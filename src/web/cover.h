/* cover.h: the picture that stands for an issue where somebody links to it. Pure. */
#ifndef WEB_COVER_H
#define WEB_COVER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* A picture shown narrower than this is an ornament or a QR code (those are at most 160 wide): blown up
 * beside a link it would say nothing of the issue. */
enum { COVER_WIDTH = 200 };

struct cover {
	struct str name;  /* below the folder: "3f2a….png" */
	struct str words; /* what it says to who does not see it, or empty */
};

/* The first picture in an issue's reprinted HTML that came with the issue, which is to say from `folder`
 * ("/issues/2026-02-14/"), and is wide enough. False: there is none. */
bool cover_find(struct str html, struct str folder, struct arena *a, struct cover *out);

#endif
