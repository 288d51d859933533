/* Where there is no libFuzzer: runs a fuzzer once over each file of a corpus. The name that was
 * printed last is the culprit's. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "input.h"

enum { MOST = 1 << 20 };

static void
replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *data;
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	printf("%s\n", path);
	fflush(stdout);
	f = fopen(path, "rb");
	assert(f);
	/* Of exactly the size that it needs, so that the sanitizer sees a byte too far. */
	data = malloc(MOST);
	n = fread(data, 1, MOST, f);
	data = realloc(data, n ? n : 1);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);

		if (!d) {
			perror(argv[i]);
			return 1;
		}
		for (const struct dirent *entry; (entry = readdir(d));) {
			if (entry->d_name[0] == '.')
				continue;
			replay(argv[i], entry->d_name);
			count++;
		}
		closedir(d);
	}
	printf("%d files\n", count);
	return count == 0;
}
