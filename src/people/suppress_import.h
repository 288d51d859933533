/* suppress_import.h: a file of addresses, or of their hashes, that are never to get mail. */
#ifndef PEOPLE_SUPPRESS_IMPORT_H
#define PEOPLE_SUPPRESS_IMPORT_H

#include "people/sheet.h"
#include "people/suppress.h"

struct suppress_import_options {
	const char *encoding; /* as for decoder_open */
	const struct keys *keys;
	int64_t now;
	/* Called for each line that is neither an address nor a hash. */
	void (*rejected)(void *context, size_t line, const char *reason);
	void *context;
};

struct suppress_import_result {
	int64_t added, known, rejected;
	int64_t off; /* were on the list and are not now */
	struct sheet sheet;
};

/*
 * Each line is one that suppress_read takes; what stands behind white space is passed over, so that
 * `suppress list` can be read again. Or a CSV file whose header row has a column email, address,
 * recipient, hash or sha256. In chunks of a transaction each; after an error what was committed
 * stays, and importing it again goes on from there.
 */
int suppress_import(struct db *db, int fd, const struct suppress_import_options *o,
	struct suppress_import_result *out, struct err *e);

#endif
