// The package in a real browser: a client against a server inside the page, and sendMail across a pair
// of streams.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const PACKAGE = fileURLToPath(new URL('../../bindings/wasm/npm/', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

let server;
let browser;
let base;

before(async () => {
  const bundle = await esbuild.build({
    stdin: { contents: "export * from 'mailproto';", resolveDir: import.meta.dirname },
    bundle: true, minify: true, write: false, format: 'esm', platform: 'browser',
  });
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    if (path === '/') {
      // No code may be made at run time but WebAssembly.
      response.setHeader('Content-Security-Policy', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
      return response.setHeader('Content-Type', TYPES['.html']).end('<!doctype html><title>mailproto</title>');
    }
    if (path === '/bundled/mailproto.js') {
      return response.setHeader('Content-Type', TYPES['.js']).end(bundle.outputFiles[0].contents);
    }
    const file = join(PACKAGE, path.replace(/^\/bundled/, ''));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Runs a function in a fresh page with the address of the package. */
async function inPage(work, entry) {
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(base);
  const result = await page.evaluate(work, entry);
  await page.close();
  assert.deepEqual(complaints.filter((text) => !text.includes('favicon') && !text.includes('404')), []);
  return result;
}

async function deliver(entry) {
  const { init, sendMail, serveConnection } = await import(entry);
  await init();
  const there = new TransformStream();
  const back = new TransformStream();
  const kept = [];
  const served = serveConnection(
    { readable: there.readable, writable: back.writable },
    {
      onRcptTo({ localPart }) {
        if (localPart === 'nobody') throw new Error('a defect');
      },
      async onData(stream, { envelope }) {
        kept.push({ text: await new Response(stream).text(), from: envelope.mailFrom.address });
        return 'queued as 1';
      },
    },
    { name: 'mx.example.org' },
  );
  const data = `Subject: from a page\r\n\r\n.dots\r\n${'line of text\r\n'.repeat(20_000)}`;
  const result = await sendMail({
    socket: { readable: back.readable, writable: there.writable },
    from: 'a@client.example', to: ['b@example.org', 'nobody@example.org'], data,
  });
  const { messages, error } = await served;
  return { result, whole: kept[0].text === data, from: kept[0].from, messages, error };
}

for (const entry of ['/index.browser.js', '/bundled/mailproto.js']) {
  test(`a client sends to a server inside the page, loaded from ${entry}`, async () => {
    const { result, whole, from, messages, error } = await inPage(deliver, entry);
    assert.deepEqual(result.accepted, ['b@example.org']);
    assert.deepEqual(result.refused.map(({ code, permanent }) => [code, permanent]), [[451, false]]);
    assert.equal(result.queuedAs, '1');
    assert.deepEqual([whole, from, messages, error], [true, 'a@client.example', 1, null]);
  });
}

/** In the page: a maildrop served and fetched, with a login by SCRAM. */
async function fetchInPage(entry) {
  const { init, drive, fetchMail, Pop3Server, ScramServer, scramVerifier } = await import(entry);
  await init();
  const there = new TransformStream();
  const back = new TransformStream();
  const server = new Pop3Server({ mechanisms: ['SCRAM-SHA-256'], authWithoutTls: true });
  const driver = drive(server, { readable: there.readable, writable: back.writable });
  const known = scramVerifier('SHA-256', 'tanstaaf');
  const data = new TextEncoder().encode(`Subject: in a page\r\n\r\n.dots\r\n${'line of text\r\n'.repeat(20_000)}`);
  const deleted = [];
  const served = (async () => {
    let exchange;
    for await (const event of driver) {
      if (event.type === 'authResponse') {
        if (event.first) exchange = new ScramServer(event.mechanism);
        let step = exchange.respond(event.response);
        if (step.type === 'user') step = exchange.challenge(known);
        if (step.type === 'challenge') server.challenge(step.challenge);
        else if (step.type === 'complete') server.accept();
        else server.reject();
      } else if (event.type === 'open') server.open(1, data.length);
      else if (event.type === 'size' || event.type === 'delete') server.size(data.length);
      else if (event.type === 'uniqueId') server.uniqueId('only');
      else if (event.type === 'message') {
        server.accept();
        await driver.sendBody(data);
      } else if (event.question) {
        deleted.push(...(event.deleted ?? []));
        server.accept();
      }
    }
  })();
  const mail = fetchMail({
    socket: { readable: back.readable, writable: there.writable }, auth: { user: 'tim', password: 'tanstaaf' }, tls: 'none',
  });
  let whole = false;
  for await (const message of mail) {
    whole = (await new Response(message.body).text()) === new TextDecoder().decode(data);
    await message.accept();
  }
  await served;
  return { whole, deleted, removed: mail.removed };
}

test('a client fetches from a server inside the page, and proves a password by SCRAM', async () => {
  assert.deepEqual(await inPage(fetchInPage, '/bundled/mailproto.js'), { whole: true, deleted: [1], removed: 1 });
});

test('sessions work in the page without streams, and errors have their words', async () => {
  const outcome = await inPage(async (entry) => {
    const { init, SmtpClient, SmtpServer } = await import(entry);
    let early;
    try {
      new SmtpClient();
    } catch (error) {
      early = error.reason;
    }
    await Promise.all([init(), init()]);
    const client = new SmtpClient();
    const server = new SmtpServer({ name: 'mx.example.org' });
    const types = [];
    client.ehlo('page.example');
    for (let round = 0; round < 6; round += 1) {
      for (let event; (event = server.nextEvent()); ) {
        types.push(event.type);
        if (event.question) server.accept();
      }
      client.receive(server.takeOutput());
      while (client.nextEvent());
      server.receive(client.takeOutput());
    }
    const { keywords } = client.extensions();
    client.free();
    let late;
    try {
      client.noop();
    } catch (error) {
      late = error.message;
    }
    return { early, types, offered: keywords.includes('PIPELINING'), late };
  }, '/index.browser.js');
  assert.deepEqual(outcome, {
    early: 'notLoaded', types: ['connect', 'hello'], offered: true, late: 'the session has been freed already',
  });
});
