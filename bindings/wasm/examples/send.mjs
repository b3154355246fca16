// Sends one message: node send.mjs smtp://HOST:PORT FROM TO [FILE]; smtps:// for TLS from the first byte.

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { drive, init, SmtpSubmission } from 'mailproto';
import { connect } from 'mailproto/node';

const [url, from, to, file] = process.argv.slice(2);
if (!to) {
  console.error('usage: node send.mjs smtp[s]://[USER:PASSWORD@]HOST[:PORT] FROM TO [FILE]');
  process.exit(2);
}
const { protocol, hostname: host, port, username, password } = new URL(url);
const implicitTls = protocol === 'smtps:';
const message = file ? await readFile(file) : `From: ${from}\nTo: ${to}\nSubject: hello\n\nHello from JavaScript.\n`;

await init();
const submission = new SmtpSubmission({
  name: hostname(),
  tls: implicitTls ? 'implicit' : 'opportunistic',
  login: username ? { user: decodeURIComponent(username), password: decodeURIComponent(password) } : undefined,
});
submission.submit({ sender: from, recipients: [to], body: '8bitmime' });
submission.finish();

const session = drive(submission, await connect({ host, port: port || (implicitTls ? 465 : 25), implicitTls }));
for await (const event of session) {
  if (event.type === 'bodyWanted') await session.sendBody(message);
  if (event.type === 'recipient') {
    console.log(to, event.verdict, event.reply?.code ?? event.failure, event.reply?.text ?? '');
    process.exitCode = event.verdict === 'accepted' ? 0 : 1;
  }
}
submission.free();
