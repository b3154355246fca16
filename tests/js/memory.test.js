// Sessions do not pile up, freed or forgotten. Run with --expose-gc.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { init, Pop3Client, Pop3Download, Pop3Server, SmtpClient, SmtpServer } from 'mailproto';
import { answer, maildrop } from './support/maildrop.js';
import { converse } from './support/pipe.js';

before(() => init());

/** A whole small delivery. */
function deliver() {
  const client = new SmtpClient();
  const server = new SmtpServer({ name: 'mx.example.org' });
  client.ehlo('client.example');
  converse(client, server, {
    hearClient({ verb, type }) {
      if (verb === 'EHLO') {
        client.mail('a@client.example');
        client.rcpt('b@example.org');
        client.data();
      } else if (type === 'dataReady') {
        client.sendData(new Uint8Array(1_000).fill(65));
        client.finishData();
      }
    },
    hearServer: ({ question }) => question && server.accept(),
  });
  return [client, server];
}

/** A whole small download, and a client that logs in. */
function download() {
  const login = { user: 'tim', password: 'tanstaaf', allowWithoutTls: true };
  const client = new Pop3Download({ login });
  const server = new Pop3Server({ authWithoutTls: true });
  const drop = maildrop(['Subject: x\r\n\r\n']);
  converse(client, server, {
    hearClient: ({ type }) => type === 'messageEnd' && client.accept(),
    hearServer(event) {
      if (answer(server, event, drop) || event.type !== 'message') return;
      server.accept();
      server.sendData(drop.messages[0].data);
      server.finishData();
    },
  });
  return [client, server, new Pop3Client()];
}

/** Bytes of the module's memory. */
function size() {
  const client = new SmtpClient();
  const { byteLength } = client.transmit().buffer;
  client.free();
  return byteLength;
}

/** Makes so many sessions at once and ends them, again and again. */
async function rounds(count, end) {
  for (let round = 0; round < count; round += 1) {
    let sessions = Array.from({ length: 30 }, () => [...deliver(), ...download()]).flat();
    await end(sessions);
    sessions = undefined;
  }
}

test('sessions that are freed leave nothing behind', async () => {
  const end = (sessions) => sessions.forEach((session) => session.free());
  await rounds(2, end);
  const before = size();
  await rounds(50, end);
  assert.equal(size(), before);
});

test('sessions that are forgotten are freed when they are collected', async () => {
  const collect = async (sessions) => {
    sessions.length = 0;
    globalThis.gc();
    // Finalizers run in a turn of their own.
    await turn();
    await turn();
  };
  await rounds(5, collect);
  const before = size();
  await rounds(50, collect);
  assert.ok(size() <= before + (1 << 20), `grew from ${before} to ${size()} bytes`);
});

test('a large message grows nothing but buffers', () => {
  const before = size();
  const client = new SmtpClient();
  client.ehlo('client.example');
  const hear = (reply) => {
    client.takeOutput();
    client.receive(Buffer.from(reply));
    while (client.nextEvent());
  };
  hear('220 mx\r\n');
  hear('250 mx\r\n');
  client.mail('a@client.example');
  client.rcpt('b@example.org');
  client.data();
  for (const reply of ['250 ok\r\n', '250 ok\r\n', '354 go\r\n']) hear(reply);
  let rest = new Uint8Array(8 << 20).fill(65);
  while (rest.length > 0) {
    rest = rest.subarray(client.sendData(rest));
    client.takeOutput();
  }
  client.free();
  assert.ok(size() <= before + (1 << 18), `grew from ${before} to ${size()} bytes`);
});
