// peer_nodemailer.js HOST PORT CONNECTIONS MESSAGES FILE [CAFILE]: nodemailer with a pool as its documentation advises, ready bytes.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const [host, port, connections, messages, file, ca] = process.argv.slice(2);
const raw = fs.readFileSync(file);
const transport = nodemailer.createTransport({
	pool: true, host, port: Number(port), maxConnections: Number(connections), maxMessages: Infinity, name: 'bench.test',
	ignoreTLS: !ca, requireTLS: Boolean(ca), tls: ca ? { ca: fs.readFileSync(ca) } : undefined,
});
let next = 0;
let done = 0;
function feed() {
	while (next < messages && transport.isIdle()) {
		transport.sendMail({ envelope: { from: 'news@bench.test', to: [`r${next++}@bench.test`] }, raw }, (error) => {
			if (error) {
				console.error(error);
				process.exit(1);
			}
			if (++done === Number(messages))
				transport.close();
		});
	}
}
transport.on('idle', feed);
