/* manifest.h: what `archive export` has written into a folder, told in the folder itself: so that it can
 * take away what is public no longer, and never what is somebody else's. */
#ifndef CMD_MANIFEST_H
#define CMD_MANIFEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sign.h"

/* No page has such a name; `serve`, and a proxy set up as docs/serving.md has it, give out no file
 * that begins with a dot. */
#define MANIFEST ".morningpost-files"

struct manifest_entry {
	const char *path;
	char hash[SIGN_HEX]; /* of the bytes: what somebody has changed is not ours any more */
};

/* Begin with the arena alone. */
struct manifest {
	struct arena *arena;
	struct manifest_entry *entries;
	size_t count, room;
};

/* Letters, digits, dashes and one ending (RELIABILITY F3): every path of the archive is written so, and
 * what is not has come from somewhere else. */
bool manifest_path_ok(struct str path);

void manifest_add(struct manifest *m, const char *path, const char hash[static SIGN_HEX]);

/* Put in order; the others want it so. */
void manifest_sort(struct manifest *m);
bool manifest_has(const struct manifest *m, const char *path);

/*
 * "HASH  PATH" a line, as `b2sum -l 256 --check` reads it. ERR_DATA, with the line: it was written by
 * somebody else. A missing file is an empty list.
 */
int manifest_parse(struct str text, struct manifest *out, struct err *e);
int manifest_read(int dir, struct manifest *out, struct err *e);
/* What is there is left alone where it says the same. */
int manifest_write(int dir, const struct manifest *m, struct err *e);

#endif
