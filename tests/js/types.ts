// A walk through the types: it must compile, and is not run.

import { bestMechanism, drive, FetchError, fetchMail, init, MailprotoError, Pop3Client, Pop3Server, Refusal, SendError, sendMail, serveConnection, SmtpClient, SmtpServer, SmtpSubmission } from 'mailproto';
import type { Data, DownloadState, DuplexSocket, Pop3ClientEvent, Pop3ServerEvent, SmtpClientEvent, SmtpServerEvent, SmtpSubmissionEvent } from 'mailproto';
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
function ofPop3Client(event: Pop3ClientEvent): string | number | null {
  switch (event.type) {
    case 'greeting':
      return event.timestamp;
    case 'response':
      return event.response.ok ? (event.messages ?? 0) : event.response.code;
    case 'listing':
      return event.size;
    case 'capability':
      return event.mechanisms?.[0] ?? event.tag;
    default:
      return event.type;
  }
}

function ofPop3Server(event: Pop3ServerEvent): number {
  if (event.type === 'auth') return event.proof === 'token' ? event.token.length : event.password.length;
  if (event.type === 'update') return event.deleted.length;
  return event.type === 'message' ? (event.lines ?? event.number) : 0;
}

const popClient = new Pop3Client({ timeouts: { update: 60 } });
popClient.auth('SCRAM-SHA-256', { user: 'tim', password: 'secret' });
for await (const event of drive(popClient, pair)) ofPop3Client(event);
{
  using server = new Pop3Server({ offer: ['STLS'], mechanisms: ['SCRAM-SHA-256'] });
  server.reject('busy', 'IN-USE');
}
const mail = fetchMail({ socket: pair, auth: { user: 'tim', token: 'ya29' }, retention: { keepDays: 14 } });
try {
  for await (const message of mail) {
    console.log(message.uniqueId?.length, await new Response(message.body).text());
    await message.accept();
  }
} catch (error) {
  if (error instanceof FetchError) console.log(error.failure.login?.tokenError);
}
const state: DownloadState = mail.state;
console.log(ofServer, ofPop3Server, state, bestMechanism(['PLAIN'], { anonymous: '' }));
