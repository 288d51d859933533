#include "net/listing.h"

/* Ids are octets of 0x21 to 0x7e, 70 at most (RFC 1939 7); a server that sends more is not kept from
 * it, within reason. */
enum { ID = 200 };

static size_t
count(struct str s, char c)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* "NUMBER WORD" of each line. */
static bool
numbered_line(struct str *rest, uint64_t *number, struct str *word)
{
	struct str line, first;

	while (str_line(rest, &line)) {
		line = str_trim(line);
		if (str_split(&line, ' ', &first) && str_u64(first, UINT32_MAX, number)) {
			*word = str_trim(line);
			return true;
		}
	}
	return false;
}

static void
add_sizes(struct str sizes, struct mailbox_entry *entries, size_t n)
{
	struct str word;
	uint64_t number;
	size_t i = 0;

	while (numbered_line(&sizes, &number, &word)) {
		while (i < n && entries[i].number < number)
			i++;
		if (i < n && entries[i].number == number)
			(void)str_u64(word, INT64_MAX, &entries[i].octets);
	}
}

void
listing_pop3(
	struct str ids, struct str sizes, struct arena *a, struct mailbox_entry **out, size_t *n)
{
	uint64_t number, last = 0;
	struct str word;

	*n = 0;
	*out = arena_many(a, count(ids, '\n'), struct mailbox_entry);
	while (numbered_line(&ids, &number, &word)) {
		if (number <= last || word.n == 0 || word.n > ID)
			continue;
		(*out)[(*n)++] =
			(struct mailbox_entry){ .id = arena_str(a, word), .number = last = number };
	}
	add_sizes(sizes, *out, *n);
}

void
listing_imap(struct str answer, uint64_t validity, struct arena *a, struct mailbox_entry **out,
	size_t *n)
{
	struct str line, word;
	uint64_t uid;

	*n = 0;
	*out = arena_many(a, count(answer, ' '), struct mailbox_entry);
	while (str_line(&answer, &line)) {
		if (!str_starts(line, STR("* SEARCH ")))
			continue;
		line = str_from(line, sizeof "* SEARCH " - 1);
		while (str_split(&line, ' ', &word))
			if (str_u64(str_trim(word), UINT32_MAX, &uid) && uid)
				(*out)[(*n)++] = (struct mailbox_entry){
					.id = str_of(arena_printf(
						a, "%ju.%ju", (uintmax_t)validity, (uintmax_t)uid)),
					.number = uid,
				};
	}
}

uint64_t
listing_number(struct str answer, struct str word)
{
	ptrdiff_t at = str_find_str(answer, word);
	uint64_t n = 0;
	size_t digits = 0;
	struct str rest;

	if (at < 0)
		return 0;
	rest = str_from(answer, (size_t)at + word.n);
	while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
		digits++;
	return str_u64(str_sub(rest, 0, digits), UINT32_MAX, &n) ? n : 0;
}
