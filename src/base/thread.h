/* thread.h: a thread beside the loop. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/*
 * Begin one by this name (at most 15 bytes), with all signals blocked: they are for the loop, whose
 * sleep they end. 0, or an errno where there is no room for one. The caller joins it.
 */
int thread_begin(pthread_t *out, const char *name, void *(*live)(void *), void *context);

#endif
