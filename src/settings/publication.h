/* publication.h: one publication's folder, opened safely. */
#ifndef SETTINGS_PUBLICATION_H
#define SETTINGS_PUBLICATION_H

#include "base/clock.h"
#include "settings/settings.h"

struct publication {
	const char *path; /* as it was named, for messages */
	int dir;          /* the folder; everything is opened relative to it */
	struct settings settings;
	struct arena arena; /* owns the settings */
};

/*
 * Root goes on as the owner of the folder `dir`, for good (RELIABILITY X1); a warning when that is
 * root too. ERR_CONFIG when it cannot.
 */
int publication_become_owner(int dir, const char *path, struct err *e);

/*
 * Open the folder and read its settings. As root the process first goes on as the owner of the
 * folder. var/ must be ours and not writable by
 * others (F2). ERR_NOINPUT when there is no publication, ERR_CONFIG when settings or permissions
 * are wrong. publication_close in any case where 0 was returned.
 */
int publication_open(const char *path, struct publication *out, struct err *e);
/* The same with settings that publication_open refuses, for who has to tell that by mail: all that is
 * right in them is what settings_salvage says. */
int publication_salvage(const char *path, struct publication *out, struct err *e);
void publication_close(struct publication *p);

/*
 * A password that the settings name: the one line of a file that only we can read (file_read_secret).
 * In the arena, NUL-terminated, and the caller's to wipe; NULL where no file is named.
 */
int publication_password(
	const struct publication *p, const char *file, struct arena *a, char **out, struct err *e);

/* Where a file of the settings is, for libraries that want a path: good whatever the working directory
 * is. NULL for NULL. */
const char *publication_path(const struct publication *p, const char *file, struct arena *a);

/* An issue's path in the folder: "issues/2026-02-14.md". */
void publication_issue_path(struct day d, char out[static 32]);

/* The day it is there now. */
struct day publication_today(const struct publication *p, int64_t now);

/* The issue's last moment (send.not_after, or its date + 24 h): microseconds. */
int64_t publication_last_moment(const struct publication *p, struct day issue);

#endif
