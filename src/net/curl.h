/* curl.h: what everybody who opens a handle does first. */
#ifndef NET_CURL_H
#define NET_CURL_H

/*
 * Make libcurl ready, once. It gets our own malloc: an option that could not be stored for want of
 * memory (a password, which protocols are allowed) would only be told by a code that nobody wants
 * to ask for at each of them.
 */
void curl_start(void);

/*
 * For every handle (a CURL *), and again when it was reset: no signals, and no wait for a name
 * server whose answer nobody wants any more. Its thread is left to itself: the wait would hold up
 * whatever else the loop has open, past every limit (RELIABILITY S11).
 */
void curl_set_up(void *easy);

#endif
