/* curl.h: what everybody who opens a handle does first. */
#ifndef NET_CURL_H
#define NET_CURL_H

/*
 * Make libcurl ready, once. It gets our own malloc: an option that could not be stored for want of
 * memory (a password, which protocols are allowed) would only be told by a code that nobody wants
 * to ask for at each of them.
 */
void curl_start(void);

#endif
