#include "net/dns.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
	RECORDS = 64,  /* that are looked at */
	TEXT = 8192,   /* of one */
	ALIASES = 8,   /* in a row */
	TRIES = 2,     /* of one question */
	SILENT = 2,    /* questions in a row that nobody answered, and no more are asked */
	ANSWER = 1232, /* octets that pass everywhere unfragmented */
	QUESTION = 3,  /* seconds */
};

struct dns {
	ldns_resolver *resolver;
	int64_t until; /* clock_steady */
	int silent;
};

static const ldns_rr_type types[] = { [DNS_A] = LDNS_RR_TYPE_A,
	[DNS_AAAA] = LDNS_RR_TYPE_AAAA,
	[DNS_MX] = LDNS_RR_TYPE_MX,
	[DNS_PTR] = LDNS_RR_TYPE_PTR,
	[DNS_TXT] = LDNS_RR_TYPE_TXT };

/* -- opening ---------------------------------------------------------------------------------- */

/* "ADDRESS", "ADDRESS:PORT", "[ADDRESS]:PORT". */
static ldns_rdf *
read_server(struct str s, struct arena *a, uint16_t *port)
{
	bool bracketed = str_starts(s, STR("["));
	ptrdiff_t end = bracketed ? str_find(s, ']') : str_find(s, ':');
	struct str address = s, rest = { 0 };
	uint64_t n = 53;

	if (bracketed && end < 0)
		return NULL;
	/* Two colons and no brackets: an IPv6 address alone. */
	if (bracketed || (end >= 0 && str_find(str_from(s, (size_t)end + 1), ':') < 0)) {
		address = str_sub(s, bracketed, (size_t)end - bracketed);
		rest = str_from(s, (size_t)end + bracketed);
	}
	if (rest.n && (rest.p[0] != ':' || !str_u64(str_from(rest, 1), 65535, &n) || n == 0))
		return NULL;
	*port = (uint16_t)n;
	return ldns_rdf_new_frm_str(
		str_find(address, ':') < 0 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA,
		arena_strz(a, address));
}

static ldns_resolver *
named_server(const char *server)
{
	struct arena a = { 0 };
	uint16_t port = 53;
	ldns_rdf *address = read_server(str_of(server), &a, &port);
	ldns_resolver *r = address ? ldns_resolver_new() : NULL;

	if (r) {
		ldns_resolver_set_port(r, port);
		ldns_resolver_set_recursive(r, true);
		if (ldns_resolver_push_nameserver(r, address) != LDNS_STATUS_OK)
			mem_out();
	}
	ldns_rdf_deep_free(address);
	arena_free(&a);
	return r;
}

int
dns_open(const char *server, int64_t patience, struct dns **out, struct err *e)
{
	ldns_resolver *r = NULL;

	if (server)
		r = named_server(server);
	else if (ldns_resolver_new_frm_file(&r, NULL) != LDNS_STATUS_OK ||
		 ldns_resolver_nameserver_count(r) == 0)
		return err_set(e, ERR_UNAVAILABLE, "/etc/resolv.conf names no server to ask");
	if (!r)
		return err_set(e, ERR_USAGE,
			"'%s' is not the address of a name server, as in 127.0.0.1 or [::1]:5353",
			server);
	ldns_resolver_set_retry(r, TRIES);
	ldns_resolver_set_retrans(r, 0);
	ldns_resolver_set_edns_udp_size(r, ANSWER);
	ldns_resolver_set_fallback(r, true);
	ldns_resolver_set_fail(r, false);
	*out = mem_alloc(sizeof **out);
	**out = (struct dns){ .resolver = r, .until = clock_steady() + patience };
	return 0;
}

void
dns_close(struct dns *d)
{
	if (!d)
		return;
	ldns_resolver_deep_free(d->resolver);
	free(d);
}

/* -- asking ----------------------------------------------------------------------------------- */

static int
check_time(struct dns *d, const char *name, struct err *e)
{
	int64_t left = d->until - clock_steady(), most = QUESTION * CLOCK_SECOND;
	struct timeval wait;

	if (d->silent >= SILENT)
		return err_set(e, ERR_UNAVAILABLE, "the name server answers nothing");
	if (left <= 0)
		return err_set(e, ERR_UNAVAILABLE, "no time was left to ask for %s", name);
	left = left / TRIES < most ? left / TRIES : most;
	wait = (struct timeval){ .tv_sec = left / CLOCK_SECOND, .tv_usec = left % CLOCK_SECOND };
	ldns_resolver_set_timeout(d->resolver, wait);
	return 0;
}

/* Of that packet, and no other that somebody sent to our port. */
static bool
is_answer_to(const ldns_pkt *answer, const ldns_pkt *question)
{
	const ldns_rr_list *asked = ldns_pkt_question(question), *of = ldns_pkt_question(answer);

	return ldns_pkt_qr(answer) && ldns_pkt_id(answer) == ldns_pkt_id(question) &&
	       ldns_rr_list_rr_count(of) == 1 &&
	       ldns_rr_compare(ldns_rr_list_rr(asked, 0), ldns_rr_list_rr(of, 0)) == 0;
}

static int
judge(struct dns *d, const ldns_pkt *answer, const ldns_pkt *question, const char *name,
	ldns_status status, struct err *e)
{
	ldns_pkt_rcode code;

	d->silent = answer ? 0 : d->silent + (status != LDNS_STATUS_OK);
	if (!answer)
		return err_set(e, ERR_UNAVAILABLE, "no answer for %s: %s", name,
			ldns_get_errorstr_by_id(status));
	if (!is_answer_to(answer, question))
		return err_set(
			e, ERR_UNAVAILABLE, "the answer for %s is to another question", name);
	code = ldns_pkt_get_rcode(answer);
	if (code == LDNS_RCODE_NOERROR && !ldns_pkt_tc(answer))
		return 0;
	if (code == LDNS_RCODE_NXDOMAIN)
		return 0;
	return err_set(e, ERR_UNAVAILABLE, "the name server cannot say for %s: %s", name,
		code == LDNS_RCODE_SERVFAIL  ? "SERVFAIL"
		: code == LDNS_RCODE_REFUSED ? "REFUSED"
					     : "an answer that is cut or none");
}

static int
send_question(struct dns *d, ldns_pkt *question, const char *name, ldns_pkt **answer, struct err *e)
{
	ldns_status status;

	*answer = NULL;
	status = ldns_resolver_send_pkt(answer, d->resolver, question);
	if (judge(d, *answer, question, name, status, e) == 0)
		return 0;
	ldns_pkt_free(*answer);
	*answer = NULL;
	return -1;
}

static int
ask_once(struct dns *d, ldns_rr_type type, ldns_rdf *of, const char *name, ldns_pkt **answer,
	struct err *e)
{
	ldns_pkt *question = NULL;
	int status;

	if (check_time(d, name, e) < 0)
		return -1;
	if (ldns_resolver_prepare_query_pkt(
		    &question, d->resolver, of, type, LDNS_RR_CLASS_IN, LDNS_RD) != LDNS_STATUS_OK)
		return err_set(e, ERR_UNAVAILABLE, "%s cannot be asked for", name);
	ldns_pkt_set_id(question, ldns_get_random());
	status = send_question(d, question, name, answer, e);
	ldns_pkt_free(question);
	return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

static void
read_text(const ldns_rr *rr, struct arena *a, struct dns_record *out)
{
	struct buf b;

	buf_init(&b, TEXT);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);
		size_t n = ldns_rdf_size(rdf);

		/* A length, and the octets. */
		if (n > 1)
			buf_add(&b, (struct str){ .p = (const char *)ldns_rdf_data(rdf) + 1,
					    .n = n - 1 });
	}
	out->text = buf_keep(&b, a);
}

/* A name or an address, as text. */
static void
read_word(const ldns_rdf *rdf, struct arena *a, struct dns_record *out)
{
	char *text = ldns_rdf2str(rdf);
	struct str s = str_of(text);
	char *kept;

	if (!text)
		mem_out();
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	kept = arena_strz(a, s);
	for (char *c = kept; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	out->text = str_of(kept);
	LDNS_FREE(text);
}

static void
read_record(enum dns_type type, const ldns_rr *rr, struct arena *a, struct dns_record *out)
{
	size_t word = type == DNS_MX ? 1 : 0;

	*out = (struct dns_record){ 0 };
	if (type == DNS_TXT) {
		read_text(rr, a, out);
		return;
	}
	if (ldns_rr_rd_count(rr) <= word)
		return;
	if (type == DNS_MX)
		out->preference = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0));
	read_word(ldns_rr_rdf(rr, word), a, out);
}

/* Those of that owner; *alias is where it points instead, borrowed from the answer. */
static size_t
take_records(enum dns_type type, const ldns_rr_list *answer, const ldns_rdf *owner, struct arena *a,
	struct dns_record *out, const ldns_rdf **alias)
{
	size_t n = 0;

	*alias = NULL;
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer) && n < RECORDS; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answer, i);

		if (ldns_dname_compare(ldns_rr_owner(rr), owner) != 0)
			continue;
		if (ldns_rr_get_type(rr) == types[type])
			read_record(type, rr, a, &out[n++]);
		else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME && ldns_rr_rd_count(rr) == 1)
			*alias = ldns_rr_rdf(rr, 0);
	}
	return n;
}

/* From one alias to the next, in this answer as far as it goes; what is left of the aliases stands in
 * *owner, which is replaced. */
static size_t
follow(enum dns_type type, const ldns_pkt *answer, ldns_rdf **owner, int *aliases, struct arena *a,
	struct dns_record *out)
{
	const ldns_rdf *alias;
	size_t n;

	while ((n = take_records(type, ldns_pkt_answer(answer), *owner, a, out, &alias)) == 0 &&
		alias && *aliases < ALIASES) {
		ldns_rdf *next = ldns_rdf_clone(alias);

		++*aliases;
		ldns_rdf_deep_free(*owner);
		*owner = next;
	}
	return n;
}

int
dns_ask(struct dns *d, enum dns_type type, const char *name, struct arena *a,
	struct dns_record **out, size_t *n, struct err *e)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	int aliases = 0, before, status = 0;

	*n = 0;
	*out = arena_many(a, RECORDS, struct dns_record);
	if (!owner)
		return err_set(
			e, ERR_UNAVAILABLE, "'%s' is not a name that can be asked for", name);
	do {
		ldns_pkt *answer;

		before = aliases;
		status = ask_once(d, types[type], owner, name, &answer, e);
		if (status < 0)
			break;
		*n = follow(type, answer, &owner, &aliases, a, *out);
		ldns_pkt_free(answer);
	} while (*n == 0 && aliases > before && aliases < ALIASES);
	ldns_rdf_deep_free(owner);
	return status < 0 ? -1 : *n > 0;
}

char *
dns_reverse(const char *address, struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char b[16];
	char nibbles[2 * 32 + 1];

	if (inet_pton(AF_INET, address, b) == 1)
		return arena_printf(a, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
	if (inet_pton(AF_INET6, address, b) != 1)
		return NULL;
	for (size_t i = 0; i < 16; i++) {
		nibbles[4 * i] = digits[b[15 - i] & 15];
		nibbles[4 * i + 2] = digits[b[15 - i] >> 4];
		nibbles[4 * i + 1] = nibbles[4 * i + 3] = '.';
	}
	nibbles[64] = 0;
	return arena_printf(a, "%sip6.arpa", nibbles);
}
