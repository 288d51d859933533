// Asks caniemail's data about the page on standard input: what of it do which of the mail programs named as arguments not know?
// Prints { feature: [program, ...] }.
import { caniemail, rawData } from "caniemail";
import { text } from "node:stream/consumers";

const { issues } = caniemail({ clients: process.argv.slice(2), html: await text(process.stdin) });
const unknown = {};
for (const [program, list] of issues.errors)
	for (const { title } of list)
		(unknown[title] ??= new Set()).add(program);
for (const title in unknown)
	unknown[title] = [...unknown[title]].sort();
process.stdout.write(JSON.stringify({ unknown, described: rawData.data.map((feature) => feature.slug) }));
