// Node's sockets as the streams that sessions run on, with STARTTLS for both sides.

import net from 'node:net';
import tls from 'node:tls';

export async function connect({ host = 'localhost', port, implicitTls = false, tls: tlsOptions = {}, signal }) {
  signal?.throwIfAborted();
  const options = { ...tlsOptions, host, port: Number(port) };
  const socket = implicitTls
    ? tls.connect({ ...options, servername: serverName(host, tlsOptions) })
    : net.connect(options);
  await settled(socket, implicitTls ? 'secureConnect' : 'connect', signal);
  return new NodeSocket(socket, { isServer: false, host, tlsOptions });
}

export function accept(socket, tlsOptions) {
  return new NodeSocket(socket, { isServer: true, tlsOptions });
}

class NodeSocket {
  #socket;
  #side;
  #detach;

  constructor(socket, side) {
    this.#socket = socket;
    this.#side = side;
    // A peer that has said everything may still listen.
    socket.allowHalfOpen = true;
    socket.setNoDelay?.(true);
    this.remoteAddress = socket.remoteAddress;
    this.remotePort = socket.remotePort;
    this.secure = socket.encrypted === true;
    this.closed = new Promise((resolve, reject) => {
      let failure;
      socket.once('error', (error) => (failure = error));
      socket.once('close', () => (failure ? reject(failure) : resolve()));
    });
    // Whoever does not ask hears of failures by the streams.
    this.closed.catch(() => {});
    socket.on('error', () => {});
    const { readable, detach } = reading(socket);
    this.readable = readable;
    this.#detach = detach;
    this.writable = writing(socket);
  }

  /** What both ends of this TLS channel know, and nobody in between (RFC 9266). */
  channelBinding() {
    if (!this.secure || this.#socket.getProtocol() !== 'TLSv1.3') return undefined;
    const data = this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return { kind: 'tls-exporter', data: new Uint8Array(data) };
  }

  async startTls(options) {
    const { isServer, host } = this.#side;
    const given = { ...this.#side.tlsOptions, ...options };
    this.#detach();
    const socket = isServer
      ? new tls.TLSSocket(this.#socket, { ...given, isServer: true })
      : tls.connect({ ...given, socket: this.#socket, host, servername: serverName(host, given) });
    await settled(socket, isServer ? 'secure' : 'secureConnect');
    return new NodeSocket(socket, { ...this.#side, tlsOptions: given });
  }
}

/** An address is no name: it is not sent (RFC 6066 §3), but the certificate is checked for it. */
function serverName(host, { servername }) {
  return servername ?? (net.isIP(host) ? undefined : host);
}

/** Waits for a socket to get this far. */
function settled(socket, event, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => end(signal.reason);
    const fail = (error) => end(error ?? new Error('the connection was closed'));
    const close = () => end(new Error('the connection was closed'));
    const ready = () => end();
    const end = (error) => {
      socket.off(event, ready).off('error', fail).off('_tlsError', fail).off('close', close);
      signal?.removeEventListener('abort', abort);
      if (error === undefined) return resolve();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    socket.on(event, ready).on('error', fail).on('_tlsError', fail).on('close', close);
    signal?.addEventListener('abort', abort);
  });
}

/** The bytes that come, read only when they are wanted: what is not read is there for TLS. */
function reading(socket) {
  let attempt = () => {};
  const poke = () => attempt();
  const events = ['readable', 'end', 'error', 'close'];
  let failure;
  const fail = (error) => (failure = error);
  socket.on('error', fail);
  for (const event of events) socket.on(event, poke);
  const detach = () => {
    attempt = () => {};
    for (const event of events) socket.off(event, poke);
    socket.off('error', fail);
  };
  const readable = new ReadableStream(
    {
      pull: (controller) =>
        new Promise((resolve, reject) => {
          attempt = () => {
            const chunk = socket.read();
            if (chunk === null && failure === undefined && !socket.readableEnded && !socket.destroyed) return;
            attempt = () => {};
            if (chunk !== null) {
              controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
              resolve();
            } else if (failure !== undefined) {
              reject(failure);
            } else {
              controller.close();
              resolve();
            }
          };
          attempt();
        }),
      cancel: () => {
        detach();
        if (!socket.writableEnded) socket.destroySoon();
        else socket.resume();
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, detach };
}

function writing(socket) {
  return new WritableStream({
    start: (controller) => {
      controller.signal.addEventListener('abort', () => socket.destroy());
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.once('close', resolve);
        socket.end(resolve);
      }),
    abort: () => {
      socket.destroy();
    },
  });
}
