// The sessions of POP3 without sockets, and npm's node-pop3 at our server.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { apopDigest, init, Pop3Client, Pop3Download, Pop3Server } from 'mailproto';
import Pop3Command from 'node-pop3';
import { answer, maildrop, oursPop3 } from './support/maildrop.js';
import { converse } from './support/pipe.js';

before(() => init());

const TEXTS = ['Subject: one\r\n\r\n.dot\r\n..dots\r\n', 'Subject: two\r\n\r\nbody\r\nmore\r\n', 'Subject: three\r\n\r\n\r\n'];

/** The server's part of a conversation. */
const serve = (server, drop) => (event) => {
  if (answer(server, event, drop) || event.type !== 'message') return;
  server.accept();
  server.sendData(drop.messages[event.number - 1].data);
  server.finishData();
};

/** A whole session at `size` bytes a time: what the client heard. */
function session(size) {
  const client = new Pop3Client();
  const server = new Pop3Server({ authWithoutTls: true, implementation: 'test' });
  const drop = maildrop(TEXTS);
  const heard = [];
  const message = [];
  client.capa();
  client.login('tim', 'tanstaaf');
  client.stat();
  client.list();
  client.uidl(2);
  client.retr(1);
  client.top(2, 1);
  client.dele(3);
  client.quit();
  converse(client, server, {
    size,
    hearClient: (event) => (event.type === 'data' ? message.push(event.data) : heard.push(event)),
    hearServer: serve(server, drop),
  });
  const over = client.isClosed() && server.isClosed();
  client.free();
  server.free();
  return { heard, message: Buffer.concat(message).toString(), deleted: drop.deleted, over };
}

test('a client hears of a maildrop in memory, and QUIT deletes what was marked', () => {
  const { heard, message, deleted, over } = session(Infinity);
  assert.ok(over);
  assert.deepEqual(deleted, [3]);
  assert.equal(message, `${TEXTS[0]}Subject: two\r\n\r\nbody\r\n`);
  const size = TEXTS.join('').length;
  const stat = heard.find(({ verb }) => verb === 'STAT');
  assert.deepEqual([stat.messages, stat.size, stat.response.ok], [3, size, true]);
  assert.deepEqual(heard.filter(({ type }) => type === 'listing').map(({ size: octets }) => octets), TEXTS.map(({ length }) => length));
  assert.equal(heard.find(({ verb }) => verb === 'UIDL (one)').uniqueId, 'id-2');
  const capabilities = Object.fromEntries(heard.filter(({ type }) => type === 'capability').map((event) => [event.tag, event]));
  assert.deepEqual(capabilities.SASL.mechanisms, ['LOGIN', 'PLAIN']);
  assert.equal(capabilities.IMPLEMENTATION.name, 'test');
});

test('any size of pieces gives the same session', () => {
  const whole = session(Infinity);
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(session(size), whole, `${size} bytes a time`);
});

test('APOP proves a secret that does not cross the line', () => {
  assert.equal(apopDigest('<1896.697170952@dbc.mtview.ca.us>', 'tanstaaf'), 'c4c9334bac560ecc979e58001b3e22fb');
  const client = new Pop3Client();
  const server = new Pop3Server();
  let proved = false;
  converse(client, server, {
    hearClient: ({ type, timestamp }) => type === 'greeting' && client.apop('tim', apopDigest(timestamp, 'tanstaaf')),
    hearServer({ type, digest }) {
      if (type === 'connect') server.accept('hello', '<1@pop.example>');
      if (type === 'apop') proved = digest === apopDigest('<1@pop.example>', 'tanstaaf');
      if (type === 'apop') server.accept();
      if (type === 'open') server.open(0, 0);
    },
  });
  assert.ok(proved && server.isAuthenticated());
});

test('a refusal carries its code, and misuse changes nothing', () => {
  const client = new Pop3Client();
  assert.throws(() => client.retr(0), { kind: 'misuse', reason: 'argument', argument: 'number' });
  assert.throws(() => client.retr(1), { kind: 'misuse', reason: 'outOfOrder' });
  client.receive(Buffer.from('+OK ready\r\n'));
  assert.equal(client.nextEvent().type, 'greeting');
  client.login('tim', 'wrong');
  client.takeOutput();
  client.receive(Buffer.from('-ERR [IN-USE] busy\r\n'));
  const { verb, response } = client.nextEvent();
  assert.deepEqual([verb, response], ['USER', { ok: false, code: 'IN-USE', text: 'busy' }]);
});

test('a download in memory fetches what its state does not know, at any size of pieces', () => {
  const download = (size) => {
    const state = { messages: { 'id-1': { day: 10, copies: 1 }, gone: { day: 1, copies: 1 } } };
    const client = new Pop3Download({ login: { user: 'tim', password: 'tanstaaf', allowWithoutTls: true }, retention: { keepDays: 5 }, today: 12, state });
    const server = new Pop3Server({ authWithoutTls: true });
    const drop = maildrop(TEXTS);
    const ids = [];
    const text = [];
    converse(client, server, {
      size,
      hearClient(event) {
        if (event.type === 'message') ids.push(event.uniqueId);
        if (event.type === 'data') text.push(event.data);
        if (event.type === 'messageEnd') ids.length === 1 ? client.accept() : client.reject();
      },
      hearServer: serve(server, drop),
    });
    return { ids, text: Buffer.concat(text).toString(), state: client.state(), deleted: drop.deleted };
  };
  const whole = download(Infinity);
  assert.deepEqual(whole, {
    ids: ['id-2', 'id-3'], text: TEXTS[1] + TEXTS[2], deleted: [],
    state: { messages: { 'id-1': { day: 10, copies: 1 }, 'id-2': { day: 12, copies: 1 } } },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(whole.state)), whole.state);
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(download(size), whole, `${size} bytes a time`);
});

test('npm\'s node-pop3 lists, reads and deletes at our server', async (t) => {
  const drop = maildrop(TEXTS);
  const { port, sessions } = await oursPop3(t, drop, { authWithoutTls: true });
  const client = new Pop3Command({ host: '127.0.0.1', port, user: 'tim', password: 'tanstaaf' });
  assert.deepEqual(await client.UIDL(), [['1', 'id-1'], ['2', 'id-2'], ['3', 'id-3']]);
  // It leaves the added dots where they are, so that this message has none.
  assert.equal((await client.RETR(2)).trimEnd(), TEXTS[1].trimEnd());
  assert.match(await client.TOP(2, 1), /^Subject: two\r\n\r\nbody/);
  await client.command('DELE', '2');
  await client.QUIT();
  await Promise.all(sessions);
  assert.deepEqual(drop.deleted, [2]);
});
