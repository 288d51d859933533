// Parses the message on standard input with postal-mime and prints what it found, for test_message.py.
import PostalMime from "postal-mime";
import { buffer } from "node:stream/consumers";

const mail = await PostalMime.parse(await buffer(process.stdin));
const address = (a) => a && { name: a.name, address: a.address };
process.stdout.write(JSON.stringify({
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
}));
