// A maildrop in memory, and our POP3 server in front of it.

import { once } from 'node:events';
import net from 'node:net';
import { drive, Pop3Server } from 'mailproto';
import { accept } from 'mailproto/node';
import { certificate } from './servers.js';

/** A maildrop of these texts; deleted ones become null. */
export function maildrop(texts) {
  const messages = texts.map((text, index) => ({ data: Buffer.from(text), uniqueId: `id-${index + 1}` }));
  const size = () => messages.reduce((sum, { data }) => sum + data.length, 0);
  return { messages, size, deleted: [] };
}

/** Answers a question of the server about the maildrop, but for the message itself; whether it was one. */
export function answer(server, event, drop, { user = 'tim', password = 'tanstaaf', token = 'ya29' } = {}) {
  const message = drop.messages[event.number - 1];
  switch (event.question && event.type) {
    case 'auth': {
      const right = event.proof === 'password' ? event.password === password : event.token === token;
      if (event.user === user && right) server.accept();
      else if (event.proof === 'token') server.rejectToken({ status: '401', scope: 'mail' });
      else server.reject('', 'AUTH');
      return true;
    }
    case 'open':
      server.open(drop.messages.length, drop.size());
      return true;
    case 'size':
    case 'delete':
      server.size(message.data.length);
      return true;
    case 'uniqueId':
      server.uniqueId(message.uniqueId);
      return true;
    case 'update':
      drop.deleted.push(...event.deleted);
      server.accept();
      return true;
    case 'connect':
      server.accept();
      return true;
    default:
      return false;
  }
}

/** Serves one connection. */
export async function servePop3(socket, drop, options = {}, { conduct } = {}) {
  const server = new Pop3Server({ tls: socket.secure === true, ...options });
  const driver = drive(server, socket);
  try {
    for await (const event of driver) {
      if (conduct?.(server, event) || answer(server, event, drop)) continue;
      if (event.type === 'message') {
        server.accept();
        await driver.sendBody(drop.messages[event.number - 1].data);
      }
    }
  } catch {
    // What a client does is not the server's failure.
  } finally {
    server.free();
  }
}

/** Our server on a real socket. */
export async function oursPop3(context, drop, options = {}, more = {}) {
  const sessions = [];
  const sockets = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    sessions.push(servePop3(accept(socket, certificate()), drop, options, more));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: server.address().port, sessions };
}
