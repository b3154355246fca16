// serveConnection, from nodemailer, from our own client and from clients that misbehave.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { init, Refusal, sendMail } from 'mailproto';
import { connect } from 'mailproto/node';
import nodemailer from 'nodemailer';
import { certificate, ours } from './support/servers.js';

before(() => init());

const handlers = {
  onAuth({ user, password }) {
    if (user !== 'tim' || password !== 'tanstaaf') throw new Refusal(535, 'no', '5.7.8');
  },
  onRcptTo({ localPart }) {
    if (localPart === 'nobody') throw new Refusal(550, 'no such user', '5.1.1');
  },
};
const RAW = 'From: a@client.example\r\nSubject: hello\r\n\r\n.dots\r\nand text\r\n';
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const to = (port) => ({ connect: () => connect({ host: '127.0.0.1', port, tls: { ca: certificate().cert } }) });

function mailer(port, more = {}) {
  return nodemailer.createTransport({ host: '127.0.0.1', port, tls: { ca: certificate().cert, servername: 'localhost' }, ...more });
}

/** Says lines to a server one by one, and returns what it said. */
async function dialogue(port, lines) {
  const socket = net.connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (bytes) => (said += bytes));
  for (const line of lines) {
    const before = said.length;
    while (said.length === before) await once(socket, 'data');
    socket.write(line);
  }
  socket.end();
  await once(socket, 'close');
  return said;
}

test('nodemailer delivers under STARTTLS with a login, and what arrives is what was sent', async (t) => {
  const { port, messages, sessions } = await ours(t, handlers, { requireAuth: true });
  const transport = mailer(port, { requireTLS: true, auth: { user: 'tim', pass: 'tanstaaf' } });
  const info = await transport.sendMail({
    envelope: { from: 'a@client.example', to: ['b@example.org', 'nobody@example.org'] }, raw: RAW,
  });
  transport.close();
  assert.deepEqual(info.accepted, ['b@example.org']);
  assert.deepEqual(info.rejected, ['nobody@example.org']);
  assert.match(info.response, /^250 .*queued as 1/);
  const [message] = messages;
  assert.equal(message.data.toString(), RAW);
  assert.deepEqual([message.user, message.secure, message.envelope.mailFrom.address], ['tim', true, 'a@client.example']);
  assert.deepEqual(message.envelope.rcptTo.map(({ address }) => address), ['b@example.org']);
  assert.deepEqual(await sessions[0], { messages: 1, error: null });
});

test('a wrong password is refused', async (t) => {
  const { port } = await ours(t, handlers);
  const transport = mailer(port, { auth: { user: 'tim', pass: 'wrong' } });
  await assert.rejects(transport.verify(), { responseCode: 535 });
});

test('20 MiB arrive byte for byte, and a slow handler slows the client down', async (t) => {
  let pulled = 0;
  let waiting;
  let got;
  const { port } = await ours(t, {
    async onData(stream) {
      const hash = createHash('sha256');
      // As long as nobody reads here, the client gets rid of as much as sockets hold, and of no more.
      for (let before = -1; pulled === 0 || before < pulled; await delay(200)) before = pulled;
      waiting = pulled;
      for await (const piece of stream) hash.update(piece);
      got = hash.digest('hex');
    },
  });
  const line = `${randomBytes(57).toString('base64')}\r\n`;
  const raw = Buffer.from(`Subject: large\r\n\r\n${line.repeat(270_000)}`);
  function* slices() {
    for (; pulled < raw.length; pulled += 65_536) yield raw.subarray(pulled, pulled + 65_536);
  }
  await sendMail({ ...to(port), from: 'a@client.example', to: 'b@example.org', data: ReadableStream.from(slices()) });
  assert.equal(got, digest(raw));
  assert.ok(waiting < 14 << 20, `${waiting} bytes were waiting`);
  t.diagnostic(`${waiting} bytes waited`);
});

test('a handler that fails is not quoted to the client, and one that refuses is', async (t) => {
  const heard = [];
  const { port } = await ours(t, {
    onData(stream, { envelope }) {
      throw envelope.mailFrom.localPart === 'spam' ? new Refusal(554, 'no\nreally not', '5.7.1') : new Error('password of the database');
    },
    onError: (error) => heard.push(error.message),
  });
  const failure = (from) => sendMail({ ...to(port), from, to: 'b@example.org', data: RAW }).catch(({ result }) => result.refused[0]);
  assert.deepEqual(await failure('spam@client.example'), {
    address: 'b@example.org', code: 554, enhanced: '5.7.1', text: 'no\nreally not', permanent: true, reason: null,
  });
  const { code, text, permanent } = await failure('a@client.example');
  assert.deepEqual([code, text, permanent], [451, 'Local error in processing', false]);
  assert.deepEqual(heard, ['password of the database']);
});

test('LMTP gives each recipient a verdict of its own', async (t) => {
  const { port, sessions } = await ours(
    t,
    {
      async onData(stream, { envelope }) {
        for await (const piece of stream) void piece;
        return envelope.rcptTo.map(({ localPart }) => (localPart === 'full' ? new Refusal(452, 'mailbox full', '4.2.2') : `kept for ${localPart}`));
      },
    },
    { protocol: 'lmtp', startTls: false },
  );
  const result = await sendMail({
    ...to(port), protocol: 'lmtp', from: 'a@client.example', to: ['b@example.org', 'full@example.org', 'c@example.org'], data: RAW,
  });
  assert.deepEqual(result.accepted, ['b@example.org', 'c@example.org']);
  assert.deepEqual(result.refused.map(({ code, permanent }) => [code, permanent]), [[452, false]]);
  assert.deepEqual(await sessions[0], { messages: 1, error: null });
});

test('a message that is cut off fails in the handler, and ends the session with a reason', async (t) => {
  let reason;
  const { port, sessions } = await ours(t, {
    async onData(stream) {
      try {
        for await (const piece of stream) void piece;
      } catch (error) {
        reason = error;
        throw error;
      }
    },
  });
  await dialogue(port, ['EHLO c\r\n', 'MAIL FROM:<a@b.example>\r\n', 'RCPT TO:<c@example.org>\r\n', 'DATA\r\n', 'half of it\r\n']);
  const { messages, error } = await sessions[0];
  assert.equal(messages, 0);
  assert.deepEqual([error.kind, error.reason], ['closed', 'endOfInput']);
  assert.equal(reason.reason, 'endOfInput');
});

test('a message over the limit is refused, and the next one taken', async (t) => {
  const { port, messages } = await ours(t, {}, { limits: { message: 1_000 } });
  const large = `Subject: x\r\n\r\n${'line\r\n'.repeat(400)}.\r\n`;
  const envelope = ['MAIL FROM:<a@b.example>\r\n', 'RCPT TO:<c@example.org>\r\n', 'DATA\r\n'];
  const said = await dialogue(port, ['EHLO c\r\n', ...envelope, large, ...envelope, 'small\r\n.\r\n', 'QUIT\r\n']);
  assert.match(said, /\r\n552 /);
  assert.deepEqual(messages.map(({ data }) => data.toString()), ['small\r\n']);
});

test('plain text behind STARTTLS ends the session', async (t) => {
  const { port, sessions } = await ours(t);
  await dialogue(port, ['EHLO c\r\n', 'STARTTLS\r\nMAIL FROM:<injected@b.example>\r\n']);
  const { error } = await sessions[0];
  assert.equal(error.reason, 'startTlsInjection');
});

test('a session is shut down with 421 when the signal says so', async (t) => {
  const stop = new AbortController();
  const { port, sessions } = await ours(t, {}, { signal: stop.signal });
  const socket = net.connect(port, '127.0.0.1');
  let said = '';
  socket.on('data', (bytes) => {
    said += bytes;
    stop.abort();
  });
  await once(socket, 'close');
  assert.match(said, /^220 .*\r\n421 /);
  assert.equal((await sessions[0]).messages, 0);
});
