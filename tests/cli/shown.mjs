// Opens the page whose path is given in Chromium, as wide as telephones and desktops are, light and dark, and prints what became of
// its pictures. With a folder as second argument a screenshot of each goes there.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

const [page, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const views = [];
for (const width of [375, 640, 1200])
	for (const colorScheme of ["light", "dark"]) {
		const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
		await tab.goto(pathToFileURL(page).href);
		views.push({ width, colorScheme, ...await tab.evaluate(() => ({
			scroll: document.documentElement.scrollWidth,
			pictures: [...document.images].map((i) => ({
				alt: i.alt, natural: [i.naturalWidth, i.naturalHeight], shown: [i.width, i.height],
				visible: i.complete && i.naturalWidth > 0 && i.checkVisibility(),
			})),
		})) });
		if (folder)
			await tab.screenshot({ path: `${folder}/${width}-${colorScheme}.png`, fullPage: true });
		await tab.close();
	}
await browser.close();
process.stdout.write(JSON.stringify(views));
