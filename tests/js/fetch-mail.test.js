// fetchMail, against our own servers in JavaScript and in Rust.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fetchMail, init, sendMail } from 'mailproto';
import { connect } from 'mailproto/node';
import { maildrop, oursPop3, servePop3 } from './support/maildrop.js';
import { pair } from './support/pipe.js';
import { certificate } from './support/servers.js';

before(() => init());

const AUTH = { user: 'tim', password: 'tanstaaf' };
const TEXTS = ['Subject: one\r\n\r\n.dot\r\n', 'Subject: two\r\n\r\nbody\r\n', 'Subject: three\r\n\r\n\r\n'];
const at = (port, more = {}) => ({ connect: () => connect({ host: '127.0.0.1', port, tls: { ca: certificate().cert }, ...more }), auth: AUTH });
const text = (stream) => new Response(stream).text();
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

test('messages come as streams under STLS, and those that were accepted are deleted', async (t) => {
  const drop = maildrop(TEXTS);
  const { port } = await oursPop3(t, drop, { offer: ['STLS'] });
  const mail = fetchMail(at(port));
  const heard = [];
  for await (const message of mail) {
    heard.push([message.uniqueId, message.size, await text(message.body)]);
    if (message.number !== 2) await message.accept();
    else await message.keep();
  }
  assert.deepEqual(heard, TEXTS.map((each, index) => [`id-${index + 1}`, each.length, each]));
  assert.deepEqual(drop.deleted, [1, 3]);
  assert.deepEqual([mail.messages, mail.new, mail.removed, mail.secure], [3, 3, 2, true]);
  assert.deepEqual(mail.state, { messages: {} });
});

test('what stays is not fetched again, and goes when its days are over', async (t) => {
  const drop = maildrop(TEXTS);
  const { port } = await oursPop3(t, drop, { offer: ['STLS'] });
  const session = async (today, state, retention = { keepDays: 7 }) => {
    const mail = fetchMail({ ...at(port), retention, today, state });
    const ids = [];
    for await (const message of mail) {
      ids.push(message.uniqueId);
      if (message.number < 3) await message.accept();
    }
    return [ids, JSON.parse(JSON.stringify(mail.state))];
  };
  const [first, state] = await session(100);
  assert.deepEqual(first, ['id-1', 'id-2', 'id-3']);
  assert.deepEqual(state, { messages: { 'id-1': { day: 100, copies: 1 }, 'id-2': { day: 100, copies: 1 } } });
  assert.deepEqual((await session(106, state))[0], ['id-3']);
  assert.deepEqual(drop.deleted, []);
  assert.deepEqual(await session(107, state), [['id-3'], { messages: {} }]);
  assert.deepEqual(drop.deleted, [1, 2]);
  assert.deepEqual((await session(200, state, 'keep'))[1], state);
});

test('leaving the loop deletes what was accepted and nothing else', async (t) => {
  const drop = maildrop([...TEXTS, ...TEXTS, ...TEXTS, ...TEXTS]);
  const { port, sessions } = await oursPop3(t, drop, { offer: ['STLS'] });
  const mail = fetchMail(at(port));
  for await (const message of mail) {
    if (message.number === 2) break;
    await message.accept();
  }
  await Promise.all(sessions);
  assert.deepEqual([drop.deleted, mail.removed, mail.state], [[1], 1, { messages: {} }]);
});

test('an error in the loop deletes nothing that was not accepted', async (t) => {
  const drop = maildrop(TEXTS);
  const { port, sessions } = await oursPop3(t, drop, { offer: ['STLS'] });
  await assert.rejects(async () => {
    for await (const message of fetchMail(at(port))) {
      await text(message.body);
      throw new Error('the disk is full');
    }
  }, { message: 'the disk is full' });
  await Promise.all(sessions);
  assert.deepEqual(drop.deleted, []);
});

test('a message is sent no faster than it is read, and is whole', async () => {
  const line = Buffer.from(`${randomBytes(57).toString('base64')}\r\n`);
  const data = Buffer.concat(Array(50_000).fill(line));
  const [ours, theirs] = pair();
  let passed = 0;
  const counted = ours.readable.pipeThrough(new TransformStream({ transform: (piece, controller) => { passed += piece.length; controller.enqueue(piece); } }));
  const served = servePop3(theirs, maildrop([data]), { authWithoutTls: true });
  for await (const message of fetchMail({ socket: { ...ours, readable: counted }, auth: { ...AUTH, allowWithoutTls: true }, tls: 'none' })) {
    const reader = message.body.getReader();
    const { value } = await reader.read();
    await wait(50);
    assert.ok(passed < 300_000, `${passed} bytes of ${data.length} came before they were read`);
    const pieces = [value];
    for (let piece; !(piece = await reader.read()).done; ) pieces.push(piece.value);
    assert.equal(digest(Buffer.concat(pieces)), digest(data));
    await message.accept();
  }
  await served;
});

test('a wrong password, and a password in plain text, are told of', async (t) => {
  const { port } = await oursPop3(t, maildrop(TEXTS), { offer: ['STLS'] });
  const open = await oursPop3(t, maildrop(TEXTS), { authWithoutTls: true });
  const reason = (options) => fetchMail(options).next().then(assert.fail, ({ name, failure }) => [name, failure.reason]);
  assert.deepEqual(await reason({ ...at(port), auth: { ...AUTH, password: 'wrong' } }), ['FetchError', 'loginRefused']);
  assert.deepEqual(await reason(at(open.port)), ['FetchError', 'tlsNotOffered']);
  assert.deepEqual(await reason({ ...at(open.port), tls: 'none' }), ['FetchError', 'loginNotOffered']);
});

test('why a token was refused is told', async (t) => {
  const { port } = await oursPop3(t, maildrop(TEXTS), { offer: ['STLS'], mechanisms: ['OAUTHBEARER', 'XOAUTH2'] });
  await assert.rejects(fetchMail({ ...at(port), auth: { user: 'tim', token: 'old' } }).next(), ({ failure }) => {
    assert.deepEqual(failure.login, { mechanism: 'OAUTHBEARER', failure: 'tokenRefused', tokenError: '{"status":"401","scope":"mail"}' });
    return true;
  });
});

test('a server that hangs is left when the signal says so', async (t) => {
  const { port } = await oursPop3(t, maildrop(TEXTS), {}, { conduct: () => true });
  await assert.rejects(fetchMail({ ...at(port), signal: AbortSignal.timeout(100) }).next(), { name: 'TimeoutError' });
});

test('mailproto serve takes mail by SMTP and gives it out by POP3', { skip: !process.env.MAILPROTO && 'MAILPROTO names no program' }, async (t) => {
  const server = spawn(process.env.MAILPROTO, ['serve', '--smtp', '0', '--pop3', '0', '--domain', 'example.org', '--accept-any-user', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => server.kill());
  const [line] = await once(createInterface(server.stdout), 'line');
  const { smtp, pop3 } = JSON.parse(line);
  await sendMail({ connect: () => connect({ host: '127.0.0.1', port: smtp }), from: 'a@example.org', to: 'tim@example.org', data: TEXTS[0] });
  const mail = fetchMail({ connect: () => connect({ host: '127.0.0.1', port: pop3, tls: { rejectUnauthorized: false } }), auth: { user: 'tim', password: 'any', allowWithoutTls: true }, tls: 'opportunistic' });
  const texts = [];
  for await (const message of mail) {
    texts.push(await text(message.body));
    await message.accept();
  }
  assert.equal(texts.length, 1);
  assert.ok(texts[0].endsWith(TEXTS[0]));
  assert.equal(mail.removed, 1);
});
