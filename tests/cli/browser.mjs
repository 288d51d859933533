// A browser for Python: reads commands (JSON, one a line) on standard input and answers each with a line of JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

// Letters are drawn the same on every machine: in grey, and at their own widths.
const args = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
let context, page, complaints, scripted, look;

// Where scripts are off axe has no clock to run by: the same page, in the same window, with scripts on.
async function twin() {
	const other = await (await browser.newContext(look)).newPage();
	await other.setContent(await page.content());
	return other;
}


const commands = {
	// Where to, and with what: { url, script, scheme, width, height }.
	async open({ url, script = true, scheme = "light", width = 1280, height = 900 }) {
		await context?.close();
		complaints = [];
		scripted = script;
		look = { colorScheme: scheme, viewport: { width, height } };
		context = await browser.newContext({ javaScriptEnabled: script, ...look });
		page = await context.newPage();
		// A picture for the tab is asked for by the browser itself.
		page.on("console", (m) => m.type() === "error" && !m.location().url.endsWith("/favicon.ico") && complaints.push(m.text()));
		page.on("pageerror", (e) => complaints.push(String(e)));
		await page.goto(url, { waitUntil: "load" });
		for (const frame of page.frames()) await frame.waitForLoadState("load");
	},
	// The page's text, or that of a frame.
	async text({ frame }) {
		return (frame ? page.frame(frame) : page).locator("body").innerText();
	},
	// When an expression comes true in the page or in a frame, by the clock that time.time reads; fails after `within` ms.
	async until({ frame, expression, within = 10000 }) {
		const end = Date.now() + within;
		for (;;) {
			const where = frame ? page.frame(frame) : page.mainFrame();
			if (await where?.evaluate(expression).catch(() => false)) return Date.now() / 1000;
			if (Date.now() > end) throw new Error(`${expression} does not come true in ${frame ?? "the page"}`);
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	},
	// The value of an expression in the page or in a frame.
	async value({ frame, expression }) {
		return (frame ? page.frame(frame) : page).evaluate(expression);
	},
	// Keys, one after the other: "Tab", "Enter", or words to be typed.
	async keys({ keys }) {
		for (const key of keys) await (/^(Shift\+)?[A-Z][a-z]+$/.test(key) ? page.keyboard.press(key) : page.keyboard.type(key));
	},
	// What has the focus: its name, or what stands in it.
	async focus() {
		return page.evaluate(() => document.activeElement.name || document.activeElement.innerText);
	},
	async picture({ path, whole = true }) {
		await page.screenshot({ path, fullPage: whole });
	},
	// CSS on top of the page's own.
	async style({ css }) {
		await page.addStyleTag({ content: css });
	},
	// Every colour that words are set in, with the ground beneath, the size in px and the weight, once each; then the grounds of
	// `selectors`, each with the ground around it.
	async colours({ selectors = [] }) {
		return page.evaluate((named) => {
			const opaque = (e) => !/rgba\(.*, 0\)|transparent/.test(getComputedStyle(e).backgroundColor);
			const ground = (e) => { while (e.parentElement && !opaque(e)) e = e.parentElement; return getComputedStyle(e).backgroundColor; };
			const found = new Map();
			const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			for (let n; (n = walker.nextNode());) {
				const e = n.parentElement, style = getComputedStyle(e);
				if (!n.data.trim() || !e.checkVisibility() || !parseFloat(style.fontSize)) continue;
				const row = { colour: style.color, ground: ground(e), size: parseFloat(style.fontSize), weight: Number(style.fontWeight) };
				if (!found.has(JSON.stringify(row))) found.set(JSON.stringify(row), { ...row, words: n.data.trim().slice(0, 40) });
			}
			const shapes = named.flatMap((s) => [...document.querySelectorAll(s)].map((e) => ({ colour: getComputedStyle(e).backgroundColor, ground: ground(e.parentElement) })));
			return { words: [...found.values()], shapes };
		}, selectors);
	},
	// What axe-core has against the page: its rules' names and what of the page breaks them. `options` are axe's own.
	async axe({ options }) {
		const looks = scripted ? page : await twin();
		// Evaluated, not put into the page: our pages' policy lets no script in.
		await looks.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
		const { violations, incomplete } = await looks.evaluate((o) => window.axe.run(document, o), options ?? {});
		if (looks !== page) await looks.context().close();
		const told = (found) => found.map((r) => ({ rule: r.id, help: r.help, nodes: r.nodes.map((n) => n.html.slice(0, 200)) }));
		return { violations: told(violations), incomplete: told(incomplete) };
	},
	async complaints() {
		return complaints;
	},
};

for await (const line of createInterface({ input: process.stdin })) {
	const { command, ...rest } = JSON.parse(line);
	const answer = await commands[command](rest).then((value) => ({ value: value ?? null }), (e) => ({ error: String(e) }));
	process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
