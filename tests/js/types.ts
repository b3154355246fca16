// A walk through the types: it must compile, and is not run.

import { drive, init, MailprotoError, Refusal, SendError, sendMail, serveConnection, SmtpClient, SmtpServer, SmtpSubmission } from 'mailproto';
import type { Data, DuplexSocket, SmtpClientEvent, SmtpServerEvent, SmtpSubmissionEvent } from 'mailproto';
import { accept, connect } from 'mailproto/node';
import { init as initSlim, initSync } from 'mailproto/slim';
import { createServer } from 'node:net';

declare const bytes: Uint8Array<ArrayBuffer>;
declare const pair: DuplexSocket;

await init();
await initSlim(bytes);
initSync(bytes);

function ofClient(event: SmtpClientEvent): string | number {
  switch (event.type) {
    case 'greeting':
    case 'closing':
      return event.reply.text;
    case 'reply':
      return event.verb === 'RCPT' ? event.id : event.reply.code;
    case 'delivery':
      return event.last ? event.recipient : event.reply.code;
    case 'dataReady':
      return event.id;
    case 'challenge':
      return event.challenge?.length ?? 0;
    case 'startTls':
      return event.id;
    case 'other':
      return '';
  }
}

function ofServer(event: SmtpServerEvent): string | number | null {
  switch (event.type) {
    case 'mail':
    case 'rcpt':
      return event.parameters.envelopeId ?? event.localPart;
    case 'auth':
      return event.password;
    case 'data':
      return event.data.length;
    case 'dataEnd':
      return event.recipient;
    case 'xclient':
      return event.attributes.NAME ?? '';
    default:
      return event.question ? 1 : 0;
  }
}

function ofSubmission(event: SmtpSubmissionEvent): string {
  return event.type === 'recipient' ? event.verdict : event.type;
}

const client = new SmtpClient({ leniency: ['bare_lf'], limits: { reply: 1_000 }, timeouts: { greeting: 5 } });
client.auth('PLAIN', { user: 'tim', password: 'secret' });
client.auth('XOAUTH2', bytes);
client.mail('a@b.example', { size: 5, body: '8bitmime', deliverBy: { seconds: 60 }, other: { X: 'y' } });
const taken: number = client.sendData(bytes);
client.free();

{
  using server = new SmtpServer({ name: 'mx.example.org', offer: ['STARTTLS', 'DSN'], leniency: 'strict' });
  server.reject(550, 'no', '5.1.1');
}

const submission = new SmtpSubmission({ name: 'client.example', tls: 'starttls', login: { user: 'tim', password: 'secret' } });
submission.submit({ sender: 'a@b.example', recipients: ['c@d.example', { address: 'e@f.example', notify: { delay: true } }] });
const driver = drive(submission, await connect({ port: 25, tls: { rejectUnauthorized: true } }), { signal: AbortSignal.timeout(1) });
for await (const event of driver) {
  if (event.type === 'bodyWanted') await driver.sendBody('text');
  console.log(ofSubmission(event), taken);
}
for await (const event of drive(client, pair)) ofClient(event);

const forms: Data[] = ['text', bytes, new Blob([bytes]), ['a', bytes], new ReadableStream<Uint8Array>()];
try {
  const result = await sendMail({ socket: pair, from: '', to: 'a@b.example', data: forms[0]!, requireTls: true });
  console.log(result.refused[0]?.permanent, result.queuedAs?.length);
} catch (error) {
  if (error instanceof SendError) console.log(error.result.unknown);
  else if (error instanceof MailprotoError && error.reason === 'timedOut') console.log(error.waitedFor);
}

createServer((socket) => {
  void serveConnection(
    accept(socket, { key: '', cert: '' }),
    {
      onRcptTo({ address }) {
        if (address === '') throw new Refusal(550, 'no', '5.1.1');
      },
      async onData(message, { envelope }) {
        for await (const piece of message as unknown as AsyncIterable<Uint8Array>) console.log(piece.length);
        return envelope.rcptTo.map(({ domain }) => domain);
      },
    },
    { name: 'mx.example.org', startTls: true },
  ).then(({ error }) => console.log(error));
});
console.log(ofServer);
