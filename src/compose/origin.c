#include "compose/origin.h"

static const struct origin origins[] = {
	{ "github", TREND_GITHUB, "GitHub", "repository", "repositories", "stars",
		"https://github.com/" },
	{ "hf_models", TREND_MODELS, "Hugging Face", "model", "models", "likes",
		"https://huggingface.co/" },
	{ "hf_datasets", TREND_DATASETS, "Hugging Face", "dataset", "datasets", "likes",
		"https://huggingface.co/datasets/" },
	{ "hf_spaces", TREND_SPACES, "Hugging Face", "space", "spaces", "likes",
		"https://huggingface.co/spaces/" },
};

const struct origin *
origin_find(struct str source)
{
	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++)
		if (str_eqz(source, origins[i].source))
			return &origins[i];
	return NULL;
}

struct str
origin_url(const struct origin *o, struct str name, struct arena *a)
{
	if (!trend_name_ok(o->kind, name))
		return (struct str){ 0 };
	return str_of(arena_printf(a, "%s%.*s", o->base, STR_ARG(name)));
}

struct str
origin_owner_url(const struct origin *o, struct str owner, struct arena *a)
{
	const char *host =
		o->kind == TREND_GITHUB ? "https://github.com/" : "https://huggingface.co/";

	/* An owner's name is one part of a name, as HuggingFace's old ids are. */
	if (str_find(owner, '/') >= 0 || !trend_name_ok(TREND_MODELS, owner))
		return (struct str){ 0 };
	return str_of(arena_printf(a, "%s%.*s", host, STR_ARG(owner)));
}
