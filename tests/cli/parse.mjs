// Parses the message on standard input and prints what it found: with postal-mime, or with mailparser if its name is given.
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";
import { buffer } from "node:stream/consumers";

const address = (a) => a && { name: a.name, address: a.address };

const parsers = {
	async "postal-mime"(raw) {
		const mail = await PostalMime.parse(raw);
		return {
			from: address(mail.from),
			to: mail.to.map(address),
			subject: mail.subject,
			messageId: mail.messageId,
			date: mail.date,
			text: mail.text,
			html: mail.html,
			attachments: mail.attachments.map((a) => a.mimeType),
			pictures: mail.attachments.map((a) => ({
				type: a.mimeType, disposition: a.disposition, filename: a.filename, related: a.related, cid: a.contentId,
				bytes: Buffer.from(a.content).toString("base64"),
			})),
			headers: mail.headers.map((h) => h.key),
		};
	},

	// It would put the pictures into the HTML, and make links of what looks like one.
	async mailparser(raw) {
		const mail = await simpleParser(raw, { keepCidLinks: true, skipTextLinks: true, skipImageLinks: true });
		return {
			from: address(mail.from.value[0]),
			to: mail.to.value.map(address),
			subject: mail.subject,
			messageId: mail.messageId,
			date: mail.date,
			text: mail.text,
			html: mail.html,
			pictures: mail.attachments.map((a) => ({
				type: a.contentType, disposition: a.contentDisposition, filename: a.filename, related: a.related, cid: `<${a.cid}>`,
				bytes: a.content.toString("base64"),
			})),
			headers: mail.headerLines.map((h) => h.key),
		};
	},
};

const parse = parsers[process.argv[2] ?? "postal-mime"];
process.stdout.write(JSON.stringify(await parse(await buffer(process.stdin))));
