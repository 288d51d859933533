#include "settings/sources.h"

#include "settings/value.h"

static const struct key huggingface_keys[] = {
	{ "url", SITE_URL, AT(settings_huggingface, url), .most = 200 },
	{ "token_file", PATH, AT(settings_huggingface, token_file) },
	{ "models", COUNT, AT(settings_huggingface, models), .most = 10000 },
	{ "datasets", COUNT, AT(settings_huggingface, datasets), .most = 10000 },
	{ "spaces", COUNT, AT(settings_huggingface, spaces), .most = 10000 },
	{ 0 },
};

static const struct key github_keys[] = {
	{ "url", SITE_URL, AT(settings_github, url), .most = 200 },
	{ "token_file", PATH, AT(settings_github, token_file) },
	{ "topics", NAMES, AT(settings_github, topics) },
	{ "repositories", COUNT, AT(settings_github, repositories), .most = 1000 },
	{ 0 },
};

static const struct key feed_keys[] = {
	{ "url", WEB_URL, AT(settings_feed, url), .most = 500 },
	{ "name", TEXT, AT(settings_feed, name), .most = 100 },
	{ 0 },
};

static const struct key arxiv_keys[] = {
	{ "url", SITE_URL, AT(settings_arxiv, url), .most = 200 },
	{ "categories", NAMES, AT(settings_arxiv, categories) },
	{ 0 },
};

static const struct key ossinsight_keys[] = {
	{ "url", SITE_URL, AT(settings_sources, ossinsight_url), .most = 200 },
	{ 0 },
};

static const struct key hackernews_keys[] = {
	{ "url", SITE_URL, AT(settings_sources, hackernews_url), .most = 200 },
	{ 0 },
};

static key_reader read_feeds;

const struct key sources_keys[] = {
	{ "huggingface", MAP, AT(settings_sources, huggingface), .members = huggingface_keys },
	{ "github", MAP, AT(settings_sources, github), .members = github_keys },
	{ "feeds", LIST, NONE, .members = feed_keys, .read = read_feeds },
	{ "arxiv", MAP, AT(settings_sources, arxiv), .members = arxiv_keys },
	{ "ossinsight", MAP, 0, .members = ossinsight_keys },
	{ "hackernews", MAP, 0, .members = hackernews_keys },
	{ 0 },
};

/* Its name is the host's unless it has one. */
static int
read_feeds(const struct reader *r, const struct yaml *y)
{
	struct settings_sources *s = &r->out->sources;

	s->feeds = arena_many(r->a, y->count + 1, struct settings_feed);
	for (const struct yaml *c = y->child; c; c = c->next) {
		struct settings_feed *feed = &s->feeds[s->feed_count];
		const char *path = arena_printf(r->a, "sources.feeds[%zu].", s->feed_count);

		if (reader_map(r, c, path, feed_keys, feed) < 0)
			return -1;
		if (!feed->url)
			return err_set(r->e, ERR_CONFIG,
				"%s:%d: %surl is missing, as in https://example.org/feed.xml",
				r->name, c->line, path);
		if (!feed->name)
			feed->name = reader_copy(r, value_url_host(feed->url));
		s->feed_count++;
	}
	return 0;
}

void
sources_set_defaults(struct settings_sources *s)
{
	static char llm[] = "llm", agents[] = "ai-agents", learning[] = "machine-learning",
		    mcp[] = "mcp", rag[] = "rag", ai[] = "cs.AI", cl[] = "cs.CL", lg[] = "cs.LG";
	static char *topics[] = { llm, agents, learning, mcp, rag }, *categories[] = { ai, cl, lg };

	s->huggingface =
		(struct settings_huggingface){ .models = 1000, .datasets = 500, .spaces = 500 };
	s->github = (struct settings_github){ .topics = { topics, 5 }, .repositories = 100 };
	s->arxiv.categories = (struct settings_list){ categories, 3 };
}

/* Whoever reads a token on its way has it; on this machine there is no way. */
static int
check_token(const struct reader *r, const struct yaml *section, const char *name, const char *url,
	const char *token_file)
{
	const struct yaml *source = section ? yaml_get(section, name) : NULL;

	if (!url || !token_file || !str_starts(str_of(url), STR("http://")) ||
		value_is_loopback(value_url_host(url)))
		return 0;
	return err_set(r->e, ERR_CONFIG,
		"%s:%d: sources.%s: its token would be sent in the clear; write https:// in its "
		"url, or leave token_file out",
		r->name, source ? source->key_line : 1, name);
}

int
sources_derive(const struct reader *r, const struct yaml *doc)
{
	static char huggingface[] = "https://huggingface.co", github[] = "https://api.github.com",
		    arxiv[] = "https://export.arxiv.org",
		    ossinsight[] = "https://api.ossinsight.io",
		    hackernews[] = "https://hacker-news.firebaseio.com";
	struct settings_sources *s = &r->out->sources;
	const struct yaml *section = yaml_get(doc, "sources");
	const struct {
		const char *name;
		char **url, *usual;
		bool needed;
	} all[] = {
		{ "huggingface", &s->huggingface.url, huggingface, true },
		{ "github", &s->github.url, github, true },
		{ "arxiv", &s->arxiv.url, arxiv, false },
		{ "ossinsight", &s->ossinsight_url, ossinsight, false },
		{ "hackernews", &s->hackernews_url, hackernews, false },
	};

	if (section && section->kind == YAML_NULL)
		section = NULL;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		bool asked = section ? yaml_get(section, all[i].name) != NULL : all[i].needed;

		if (asked && !*all[i].url)
			*all[i].url = all[i].usual;
	}
	if (check_token(r, section, "huggingface", s->huggingface.url, s->huggingface.token_file) <
		0)
		return -1;
	return check_token(r, section, "github", s->github.url, s->github.token_file);
}
