/* maildir.h: the relay that is a folder: each message a file, there whole or not at all. */
#ifndef NET_MAILDIR_H
#define NET_MAILDIR_H

#include "base/err.h"
#include "base/str.h"

struct maildir;

/* PATH below `dir`, with cur, new and tmp made where they are missing. Whoever opens it closes
 * it. */
int maildir_open(int dir, const char *path, struct maildir **out, struct err *e);
void maildir_close(struct maildir *m);

/* From now on nothing is fsynced: for copies that can be made again. */
void maildir_hurry(struct maildir *m);

/*
 * Put one message into new/: written to tmp/, fsynced, renamed, the folder fsynced. CRLF become LF,
 * as in any Maildir; Return-Path and Delivered-To go in front, as a local delivery would put them.
 */
int maildir_put(
	struct maildir *m, struct str from, struct str to, struct str message, struct err *e);

#endif
