/* album.h: the pictures that one message carries, each of them once. */
#ifndef COMPOSE_ALBUM_H
#define COMPOSE_ALBUM_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/mime.h"

/*
 * What a message may carry. base64 makes 4 bytes of 3, and 250,000 are taken everywhere (EMAIL
 * 2.18, RELIABILITY T3): with pictures of ALBUM_ALL there is room for 80,000 bytes of text and HTML.
 * Photographs belong on the web. The pixels are what a telephone has to hold in memory.
 */
enum { ALBUM_ONE = 100 * 1000, ALBUM_ALL = 120 * 1000, ALBUM_PIXELS = 4000 * 1000 };

/* Pixels that the text is wide. */
enum { ALBUM_COLUMN = 576 };

struct album {
	int dir;           /* the publication's folder, which pictures/ lies in */
	struct str domain; /* of the Content-IDs: the list's */
	struct arena *arena;
	struct mime_picture *pictures; /* by and by, in the arena */
	size_t count, room, bytes;
};

/* A picture as an <img> refers to it; or why it is not taken. */
struct album_picture {
	struct str src; /* "cid:…" */
	/* As it is shown: not wider than the column; half of what it has where its name ends in
	 * @2x. */
	int width, height;
	const char *fault; /* "picture-name", "picture-missing", ... : what `check` tells */
	struct str detail;
};

/*
 * Take in a picture of the publication's own by its path, "pictures/x.png": letters, digits and
 * "-_.@" alone, through no symbolic link. False: it is not there, or none that we take, or too
 * large.
 */
bool album_take_file(struct album *album, struct str path, struct album_picture *out);

/* The same with a picture that was made (a QR code), shown at this width; its bytes live in the
 * arena. */
bool album_take(struct album *album, struct str bytes, struct str name, int width,
	struct album_picture *out);

#endif
