// The example programs, as a user runs them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { init } from 'mailproto';
import { maildrop, oursPop3 } from './support/maildrop.js';
import { certificate, theirs } from './support/servers.js';

const EXAMPLES = fileURLToPath(new URL('../../bindings/wasm/examples/', import.meta.url));

before(() => init());

/** Runs an example; tells its exit status, what it said, and where it ran. */
function run(name, context, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'mailproto-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const trusted = join(folder, 'cert.pem');
  writeFileSync(trusted, certificate().cert);
  writeFileSync(join(folder, 'mail.eml'), 'Subject: from a file\r\n\r\n.gr\u00fcn\r\n');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(EXAMPLES, name), ...options], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr, folder });
    });
  });
}

const send = (...values) => run('send.mjs', ...values);
const fetchAll = (...values) => run('fetch.mjs', ...values);

test('the example sends a file under STARTTLS with a login', async (t) => {
  const { port, messages } = await theirs(t);
  const url = `smtp://tim:tanstaaf@localhost:${port}`;
  const { status, stdout, stderr } = await send(t, url, 'a@client.example', 'b@example.org', 'mail.eml');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^b@example\.org accepted 250 /);
  const [{ data, user, secure }] = messages;
  assert.deepEqual([data.toString(), user, secure], ['Subject: from a file\r\n\r\n.gr\u00fcn\r\n', 'tim', true]);
});

test('the example sends under TLS from the first byte, and tells of a refusal', async (t) => {
  const { port, messages } = await theirs(t, { secure: true });
  const url = `smtps://localhost:${port}`;
  assert.equal((await send(t, url, 'a@client.example', 'b@example.org')).status, 0);
  assert.match(messages[0].data.toString(), /Hello from JavaScript\.\r\n$/);
  const { status, stdout } = await send(t, url, 'a@client.example', 'nobody@example.org');
  assert.equal(status, 1);
  assert.match(stdout, /^nobody@example\.org permanent 550 no such user/);
});

const TEXTS = ['Subject: one\r\n\r\n.dot\r\n', 'Subject: two\r\n\r\ngr\u00fcn\r\n'];

/** What an example has fetched. */
function fetched(folder) {
  const names = readdirSync(folder).filter((name) => /^\d+\.eml$/.test(name)).sort();
  return names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

test('the example fetches every message under STLS, and deletes none', async (t) => {
  const drop = maildrop(TEXTS);
  const { port } = await oursPop3(t, drop, { offer: ['STLS'], requireTls: true });
  const { status, stderr, folder } = await fetchAll(t, `pop3://tim:tanstaaf@localhost:${port}`, '.');
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(fetched(folder), [['1.eml', TEXTS[0]], ['2.eml', TEXTS[1]]]);
  assert.deepEqual(drop.deleted, []);
});

test('the example shows a password in plain text to its own machine alone', async (t) => {
  const { port } = await oursPop3(t, maildrop(TEXTS), { authWithoutTls: true });
  const plain = await fetchAll(t, `pop3://tim:tanstaaf@127.0.0.1:${port}`, '.');
  assert.deepEqual([plain.status, plain.stderr, fetched(plain.folder).length], [0, '', 2]);
  // A name may stand for any machine.
  const named = await fetchAll(t, `pop3://tim:tanstaaf@localhost:${port}`, '.');
  assert.deepEqual([named.status, fetched(named.folder)], [1, []]);
  assert.match(named.stderr, /^TLS is required/);
});

test('an example without its arguments says how it is used', async (t) => {
  for (const example of [send, fetchAll]) {
    const { status, stderr } = await example(t);
    assert.equal(status, 2);
    assert.match(stderr, /^usage: /);
  }
});
