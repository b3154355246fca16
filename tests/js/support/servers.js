// Servers and certificates for tests, on free ports of this machine.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept } from 'mailproto/node';
import { serveConnection } from 'mailproto';
import { SMTPServer } from 'smtp-server';

let made;

/** A key and a certificate for localhost. */
export function certificate() {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'mailproto-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert,
  ], { stdio: 'ignore' });
  made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** npm's smtp-server; keeps what it takes in `messages`. */
export async function theirs(context, options = {}) {
  const messages = [];
  const server = new SMTPServer({
    ...certificate(),
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, session, done) =>
      username === 'tim' && password === 'tanstaaf'
        ? done(null, { user: username })
        : done(Object.assign(new Error('5.7.8 wrong'), { responseCode: 535 })),
    onRcptTo: ({ address }, session, done) => {
      if (address.startsWith('nobody')) done(Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 }));
      else if (address.startsWith('later')) done(Object.assign(new Error('4.2.1 come back'), { responseCode: 450 }));
      else done();
    },
    onData: (stream, session, done) => {
      const pieces = [];
      stream.on('data', (piece) => pieces.push(piece));
      stream.on('end', () => {
        messages.push({ data: Buffer.concat(pieces), envelope: session.envelope, user: session.user, secure: session.secure });
        done(null, 'OK: queued as 4aBc');
      });
    },
    ...options,
  });
  // A connection that breaks off must not end the test.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  context.after(() => new Promise((resolve) => server.close(resolve)));
  return { port: server.server.address().port, messages };
}

/** Our own server on a real socket; keeps what it takes in `messages`, and how sessions ended. */
export async function ours(context, handlers = {}, options = {}) {
  const messages = [];
  const sessions = [];
  const server = net.createServer((socket) => {
    sessions.push(
      serveConnection(
        accept(socket, certificate()),
        {
          onData: async (stream, session) => {
            const pieces = [];
            for await (const piece of stream) pieces.push(piece);
            messages.push({ data: Buffer.concat(pieces), ...structuredCloneable(session) });
            return 'queued as 1';
          },
          ...handlers,
        },
        { name: 'mx.example.org', startTls: true, ...options },
      ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => new Promise((resolve) => server.close(resolve)));
  return { port: server.address().port, messages, sessions };
}

function structuredCloneable({ socket, ...session }) {
  return structuredClone(session);
}
