/* err.h: a failure as a value: what kind it is, and a sentence for the person who can act. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * The kinds are the exit codes of sysexits.h, so that main can return the one it is given.
 * ERR_TEMPFAIL means: not finished, run again.
 */
enum err_code {
	ERR_NONE = 0,
	ERR_USAGE = 64,       /* the command line */
	ERR_DATA = 65,        /* bad input data */
	ERR_NOINPUT = 66,     /* input not found */
	ERR_UNAVAILABLE = 69, /* no relay or source reachable */
	ERR_INTERNAL = 70,
	ERR_CANTCREATE = 73,
	ERR_IO = 74,
	ERR_TEMPFAIL = 75,
	ERR_CONFIG = 78, /* settings, refused credentials, TLS that does not verify */
};

struct err {
	enum err_code code;
	char text[1024]; /* no full stop, no newline; may hold foreign bytes: log.h escapes them */
};

/*
 * Fill e and evaluate to -1, so that `return err_set(e, ERR_DATA, "...")` reads as one thought.
 * They are macros so that the analyser sees the -1. A text that is too long is cut.
 */
#define err_set(e, code, ...) (err_fill((e), (code), __VA_ARGS__), -1)

/* Put the place in front: "PLACE: what e said". The code stays. Evaluates to -1. */
#define err_wrap(e, ...) (err_prefix((e), __VA_ARGS__), -1)

/* What was read belongs to the settings, so they are at fault, unless the machine is: memory or
 * descriptors are short (ERR_INTERNAL stays). Evaluates to -1. */
#define err_to_config(e) (err_blame_settings(e), -1)

void err_fill(struct err *e, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_blame_settings(struct err *e);

#endif
