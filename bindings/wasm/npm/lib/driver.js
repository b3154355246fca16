// Moves bytes between a session and a socket, keeps its timeouts, and begins TLS when it is time.
//
//   events ◀── next ◀── session ◀── receive ◀── readable ┐
//                                                        socket
//              verbs ──▶ session ── transmit ──▶ writable ┘

import { MailprotoError } from './errors.js';
import { encode, pieces } from './content.js';

/** How long words that are on their way from a peer that hung up are waited for, in milliseconds. */
const LAST_WORDS = 200;

/** The longest that a timer can be set for. */
const LONGEST = 0x7fff_ffff;

export function drive(session, socket, options) {
  return new Driver(session, socket, options);
}

export class Driver {
  #session;
  #socket;
  #reader;
  #writer;
  #signal;
  #tlsOptions;
  /** Bytes that arrived and that the session has not taken. */
  #arrived;
  /** The read that is under way. */
  #reading;
  #ended = false;
  #endTold = false;
  /** Why the socket failed, if it did. */
  #failure;
  /** Events found while message data was being sent. */
  #events = [];
  #error;
  #over = false;
  /** Ends the wait that is under way. */
  #interrupt;

  constructor(session, socket, { signal, tlsOptions } = {}) {
    signal?.throwIfAborted();
    this.#session = session;
    this.#signal = signal;
    this.#tlsOptions = tlsOptions;
    this.#take(socket);
    if (socket.secure) this.#bind();
    signal?.addEventListener('abort', this.#abort);
  }

  get socket() {
    return this.#socket;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    const event = await this.nextEvent();
    return event === undefined ? { done: true, value: undefined } : { done: false, value: event };
  }

  /** The loop over events was left: nothing more is said. */
  async return(value) {
    await this.close();
    return { done: true, value };
  }

  async nextEvent() {
    try {
      for (;;) {
        if (this.#error) throw this.#error;
        const event = this.#events.shift() ?? this.#poll();
        if (event) {
          if (event.type === 'startTls') await this.#startTls();
          return event;
        }
        if (this.#over) return undefined;
        if (this.#session.isClosed() || (this.#ended && !this.#session.wantsRead())) {
          await this.close();
          return undefined;
        }
        await this.turn();
      }
    } catch (error) {
      // What is queued may be a farewell that says why.
      await this.close({ flush: error instanceof MailprotoError && error.kind !== 'module' });
      throw error;
    }
  }

  /** Sends everything that may be sent, as fast as the socket takes it. */
  async flush() {
    while (this.#failure === undefined && !this.#over && this.#session.wantsWrite()) {
      const bytes = this.#session.transmit().slice();
      try {
        await this.#abortable(this.#writer.ready);
        await this.#abortable(this.#writer.write(bytes));
      } catch (error) {
        await this.#lost(error);
        return;
      }
      this.#session.transmitted(bytes.length);
    }
  }

  /** Sends what may be sent; if there was nothing, waits until bytes come, time is up or `wake` is called. */
  async turn() {
    this.#session.handleTime(performance.now());
    if (this.#failure === undefined && this.#session.wantsWrite()) return this.flush();
    if (this.#feed()) return;
    await this.#wait();
    this.#session.handleTime(performance.now());
  }

  /** Ends a wait: call it after verbs that were called outside the loop over events. */
  wake() {
    this.#interrupt?.resolve();
  }

  /** Passes a whole message on, as fast as the socket takes it, and ends it. */
  async sendBody(data) {
    const source = pieces(data)[Symbol.asyncIterator]();
    let finished = false;
    try {
      for (;;) {
        const { done, value } = await this.#abortable(source.next());
        if (done) break;
        if (!(await this.#sendPiece(encode(value)))) return;
      }
      finished = true;
      await this.#finishBody();
    } catch (error) {
      // A message that is cut off must not look whole: the connection ends without its last dot.
      await this.close();
      throw error;
    } finally {
      if (!finished) Promise.resolve(source.return?.()).catch(() => {});
    }
  }

  async close({ flush = false } = {}) {
    if (this.#over) return;
    if (flush) {
      const patience = new Promise((resolve) => setTimeout(resolve, LAST_WORDS).unref?.());
      await Promise.race([this.flush().catch(() => {}), patience]);
    }
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    const clean = this.#failure === undefined && this.#session.isClosed();
    const ignore = () => {};
    if (clean) {
      await this.#writer.close().catch(ignore);
    } else {
      this.#writer.abort(this.#failure ?? this.#error).catch(ignore);
    }
    this.#reader.cancel().catch(ignore);
  }

  #take(socket) {
    this.#socket = socket;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
    // Failures are heard of by reading and writing.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  /** The session's next event, after it was fed with what has arrived. */
  #poll() {
    do {
      const event = this.#session.nextEvent();
      if (event) return event;
    } while (this.#feed());
    return undefined;
  }

  #feed() {
    if (this.#arrived) {
      const taken = this.#session.receive(this.#arrived);
      this.#arrived = taken < this.#arrived.length ? this.#arrived.subarray(taken) : undefined;
      return taken > 0;
    }
    if (this.#ended && !this.#endTold) {
      this.#endTold = true;
      this.#session.receiveEof();
      return true;
    }
    return false;
  }

  /** Starts to read, unless the session has no room: then bytes stay where TLS may need them. */
  #read() {
    if (this.#reading || this.#arrived || this.#ended) return;
    const room = this.#session.receiveSpace().length;
    this.#session.received(0);
    if (room === 0) return;
    const reader = this.#reader;
    const arrive = (chunk, ended, failure) => {
      if (reader !== this.#reader) return;
      this.#reading = undefined;
      if (chunk?.length) this.#arrived = chunk;
      this.#ended ||= ended;
      this.#failure ??= failure;
    };
    this.#reading = reader.read().then(
      ({ value, done }) => arrive(value, done),
      (failure) => arrive(undefined, true, failure),
    );
  }

  async #wait() {
    this.#read();
    const timeout = this.#session.nextTimeout();
    let timer;
    const wakes = [new Promise((resolve) => (this.#interrupt = { resolve, reject: resolve }))];
    if (this.#reading) wakes.push(this.#reading);
    if (timeout) {
      const patience = Math.min(Math.max(timeout.at - performance.now(), 0) + 1, LONGEST);
      wakes.push(new Promise((resolve) => (timer = setTimeout(resolve, patience))));
    }
    try {
      if (!this.#error) await Promise.race(wakes);
    } finally {
      clearTimeout(timer);
      this.#interrupt = undefined;
    }
  }

  /** Passes a piece of a message on; false when nobody wants the rest. */
  async #sendPiece(bytes) {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#error) throw this.#error;
      if (this.#ended && this.#endTold) return false;
      const taken = this.#session.sendData(rest);
      rest = rest.subarray(taken);
      const busy = taken > 0 || this.#session.wantsWrite();
      await this.flush();
      this.#read();
      if (!busy) await this.turn();
      this.#collect();
    }
    return true;
  }

  async #finishBody() {
    for (;;) {
      if (this.#error) throw this.#error;
      if (this.#ended && this.#endTold) return;
      try {
        this.#session.finishData();
        return;
      } catch (error) {
        if (error.reason !== 'full') throw error;
        await this.turn();
        this.#collect();
      }
    }
  }

  /** Keeps what happened meanwhile for the loop over events. */
  #collect() {
    for (let event; (event = this.#poll()); ) this.#events.push(event);
  }

  async #startTls() {
    const socket = this.#socket;
    if (typeof socket.startTls !== 'function') throw new MailprotoError({ kind: 'module', reason: 'noStartTls' });
    if (this.#arrived) throw new MailprotoError({ kind: 'protocol', reason: 'startTlsInjection' });
    const reader = this.#reader;
    const writer = this.#writer;
    this.#reader = undefined;
    this.#reading = undefined;
    try {
      reader.releaseLock();
      writer.releaseLock();
      this.#take(await this.#abortable(socket.startTls(this.#tlsOptions)));
    } catch (error) {
      this.#reader ??= reader;
      this.#failure ??= error;
      throw error;
    }
    this.#bind();
    this.#session.tlsStarted();
  }

  /** Tells a task that logs in what the TLS channel is known by, where the socket can say it (RFC 5802 §6). */
  #bind() {
    const binding = this.#session.bindChannel && this.#socket.channelBinding?.();
    if (binding) this.#session.bindChannel(binding.kind, binding.data);
  }

  /** The socket takes no more: what the peer said before it hung up still counts. */
  async #lost(failure) {
    if (this.#error) throw this.#error;
    this.#failure ??= failure;
    const soon = Date.now() + LAST_WORDS;
    while (!this.#ended && Date.now() < soon) {
      this.#feed();
      this.#collect();
      this.#read();
      if (!this.#reading) break;
      await Promise.race([this.#reading, new Promise((resolve) => setTimeout(resolve, soon - Date.now()))]);
    }
    this.#ended = true;
  }

  #abort = () => {
    this.#error ??= this.#signal.reason;
    const ignore = () => {};
    this.#writer?.abort(this.#error).catch(ignore);
    this.#reader?.cancel(this.#error).catch(ignore);
    this.#interrupt?.reject(this.#error);
  };

  /** The promise, or the reason to abort if that comes first. */
  async #abortable(promise) {
    if (this.#error) throw this.#error;
    let interrupt;
    const aborted = new Promise((resolve, reject) => {
      interrupt = { resolve() {}, reject };
      this.#interrupt = interrupt;
    });
    try {
      return await Promise.race([promise, aborted]);
    } finally {
      if (this.#interrupt === interrupt) this.#interrupt = undefined;
    }
  }
}
