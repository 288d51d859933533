/* value.h: the forms that single values of the settings have. Pure. */
#ifndef SETTINGS_VALUE_H
#define SETTINGS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "settings/settings.h"

/* One line of 1 to `most` bytes without control characters; several such lines. */
bool value_is_line(struct str s, uint64_t most);
bool value_is_lines(struct str s, uint64_t most);

/* 1 to `most` letters, digits, dots and dashes, the first of them a letter or a digit. */
bool value_is_name(struct str s, uint64_t most);

/* http:// or https:// with a host and no user, of at most `most` bytes. */
bool value_is_web_url(struct str s, uint64_t most);

/* smtp://HOST[:PORT], smtps://HOST[:PORT], or maildir:PATH inside the publication. */
bool value_is_relay_url(struct str s);
bool value_is_mailbox_url(struct str s);

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT; the port is at least `least`. */
bool value_is_host_port(struct str s, uint64_t least);

/* The host of a URL whose form was checked ("SCHEME://HOST..."); empty for one without. */
struct str value_url_host(const char *url);

/* A host that is this machine: 127.*, ::1, localhost. */
bool value_is_loopback(struct str host);

/* The two of them, *host without brackets, *port empty where there is none. */
bool value_split_host_port(struct str s, struct str *host, struct str *port);

bool value_rate(struct str s, struct rate *to); /* 100/s, 500/m, 10000/h */
bool value_share(struct str s, double *to);     /* 0.3%: 0.003 */
bool value_minute(struct str s, int *to);       /* 11:30: 690 */

/* An address or a network: 127.0.0.1, 10.0.0.0/8, ::1, fd00::/8. */
bool value_network(struct str s, struct network *to);

/* The place of s in "a|b|c", or -1. */
int value_word(const char *words, struct str s);

#endif
