// The example program, as a user runs it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { init } from 'mailproto';
import { certificate, theirs } from './support/servers.js';

const EXAMPLE = fileURLToPath(new URL('../../bindings/wasm/examples/send.mjs', import.meta.url));

before(() => init());

/** Runs the example; tells its exit status and what it said. */
function send(context, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'mailproto-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const trusted = join(folder, 'cert.pem');
  writeFileSync(trusted, certificate().cert);
  writeFileSync(join(folder, 'mail.eml'), 'Subject: from a file\r\n\r\n.gr\u00fcn\r\n');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  return new Promise((resolve) => {
    execFile(process.execPath, [EXAMPLE, ...options], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

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

test('the example without its arguments says how it is used', async (t) => {
  const { status, stderr } = await send(t);
  assert.equal(status, 2);
  assert.match(stderr, /^usage: /);
});
