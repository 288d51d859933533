// A browser for test_preview.py: reads commands (JSON, one a line) on standard input and answers each with a line of JSON.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let context, page, complaints;

const commands = {
	// Where to, and with what: { url, script, scheme, width, height }.
	async open({ url, script = true, scheme = "light", width = 1280, height = 900 }) {
		await context?.close();
		complaints = [];
		context = await browser.newContext({ javaScriptEnabled: script, colorScheme: scheme, viewport: { width, height } });
		page = await context.newPage();
		page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
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
	async picture({ path, whole = true }) {
		await page.screenshot({ path, fullPage: whole });
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
