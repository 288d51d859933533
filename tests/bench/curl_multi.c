/*
 * curl_multi.c: libcurl as it is usually used: one transfer a message through the multi interface,
 *connections reused.
 *
 *	curl_multi URL CONNECTIONS MESSAGES FILE [CAFILE]
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *body;
static size_t size;

struct transfer {
	size_t at;
	struct curl_slist *to;
};

static size_t
give(char *out, size_t n, size_t m, void *context)
{
	struct transfer *t = context;
	size_t piece = size - t->at < n * m ? size - t->at : n * m;

	memcpy(out, body + t->at, piece);
	t->at += piece;
	return piece;
}

static void
start(CURLM *multi, CURL *curl, struct transfer *t, long number)
{
	char to[64];

	snprintf(to, sizeof to, "<r%ld@bench.test>", number);
	curl_slist_free_all(t->to);
	t->to = curl_slist_append(NULL, to);
	t->at = 0;
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, t->to);
	curl_multi_add_handle(multi, curl);
}

int
main(int argc, char **argv)
{
	if (argc < 5)
		return 64;
	long n = atol(argv[2]), messages = atol(argv[3]), next = 0, done = 0, failed = 0;
	FILE *f = fopen(argv[4], "rb");

	body = malloc(1 << 20);
	size = f ? fread(body, 1, 1 << 20, f) : 0;
	curl_global_init(CURL_GLOBAL_ALL);
	CURLM *multi = curl_multi_init();
	struct transfer *transfers = calloc((size_t)n, sizeof *transfers);

	curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, n);
	for (long i = 0; i < n && next < messages; i++) {
		CURL *curl = curl_easy_init();

		curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<news@bench.test>");
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(curl, CURLOPT_READDATA, &transfers[i]);
		curl_easy_setopt(curl, CURLOPT_PRIVATE, &transfers[i]);
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		if (argc > 5) {
			curl_easy_setopt(curl, CURLOPT_USE_SSL, CURLUSESSL_ALL);
			curl_easy_setopt(curl, CURLOPT_CAINFO, argv[5]);
		}
		start(multi, curl, &transfers[i], next++);
	}
	while (done < messages) {
		int running, queued;
		CURLMsg *m;

		curl_multi_perform(multi, &running);
		while ((m = curl_multi_info_read(multi, &queued))) {
			CURL *curl = m->easy_handle;
			struct transfer *t;

			failed += m->data.result != CURLE_OK;
			done++;
			curl_easy_getinfo(curl, CURLINFO_PRIVATE, &t);
			curl_multi_remove_handle(multi, curl);
			if (next < messages)
				start(multi, curl, t, next++);
		}
		if (done < messages)
			curl_multi_poll(multi, NULL, 0, 100, NULL);
	}
	fprintf(stderr, "curl_multi: %ld messages, %ld failed\n", done, failed);
	return failed != 0;
}
