#include "net/curl.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"

void
curl_start(void)
{
	static bool started;
	CURLcode code;

	if (started)
		return;
	code = curl_global_init_mem(
		CURL_GLOBAL_DEFAULT, mem_alloc, free, mem_grow, mem_copy, mem_zeroed);
	assert(code == CURLE_OK);
	started = true;
}

void
curl_set_up(void *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}
