// A maildrop from beginning to end: messages as streams, one after the other.
//
//   for await (const message of fetchMail(…))
//        │                    driver ◀── pull ── message.body ◀── reader
//        ▼
//   message.accept(): remembered, deleted when that is due      anything else: new in the next session

import { Driver } from './driver.js';
import { FetchError } from './errors.js';
import { Pop3Download } from './pop3.js';
import { connected, discard, tlsFor } from './socket.js';

/** How long what is on its way is waited for when the loop was left, in milliseconds. */
const FAREWELL = 5_000;

const DAY = 86_400_000;

const FAILURES = {
  greeting: 'the server did not greet',
  tlsNotOffered: 'TLS is required and the server does not offer it',
  tlsRefused: 'TLS is required and the server refused to begin',
  loginNotOffered: 'the server offers no login that may be used here',
  loginRefused: 'the server refused the login',
  listRefused: 'the server refused to list its messages',
  noUniqueIds: 'the server has no unique ids, so that messages cannot stay on it',
};

export function fetchMail(options) {
  return new MailFetch(options);
}

class MailFetch {
  #options;
  #session;
  #driver;
  #message;
  #over = false;
  #state;

  messages = null;
  new = null;
  removed = 0;
  skipped = [];
  secure = false;

  constructor(options) {
    this.#options = options;
    this.#state = options.state ?? { messages: {} };
  }

  /** What is to be remembered for the next session: a plain value, for JSON or a database. */
  get state() {
    return this.#session ? this.#session.state() : this.#state;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    if (this.#over) return { done: true, value: undefined };
    try {
      if (!this.#session) await this.#begin();
      await this.#message?.leave();
      this.#message = undefined;
      const message = await this.#hear();
      if (message) return { done: false, value: message };
    } catch (error) {
      await this.#end();
      throw error;
    }
    await this.#end();
    return { done: true, value: undefined };
  }

  /** The loop was left: what was accepted is deleted if it is due, and nothing else. */
  async return(value) {
    if (this.#session && !this.#over) {
      let timer;
      const patience = new Promise((resolve) => (timer = setTimeout(resolve, FAREWELL)));
      await Promise.race([this.#farewell().catch(() => {}), patience]);
      clearTimeout(timer);
    }
    await this.#end();
    return { done: true, value };
  }

  async #begin() {
    const { signal, tlsOptions, auth, tls, state, today = Math.floor(Date.now() / DAY), ...options } = this.#options;
    const socket = await connected('fetchMail', this.#options);
    this.secure = socket.secure === true;
    try {
      const terms = { ...options, login: auth, today, state: this.#state, tls: tlsFor(tls ?? 'starttls', socket) };
      this.#session = new Pop3Download(terms);
      this.#driver = new Driver(this.#session, socket, { signal, tlsOptions });
    } catch (error) {
      await discard(socket, error);
      throw error;
    }
  }

  /** Goes on to the next message; undefined at the end. */
  async #hear() {
    for (;;) {
      const event = await this.#driver.nextEvent();
      switch (event?.type) {
        case undefined:
          return undefined;
        case 'startTls':
          this.secure = true;
          break;
        case 'listed':
          this.messages = event.messages;
          this.new = event.new;
          break;
        case 'message':
          this.#message = new Message(event, this.#session, this.#driver);
          return this.#message;
        case 'skipped':
          this.skipped.push({ number: event.number, uniqueId: event.uniqueId, size: event.size, reason: event.reason });
          break;
        case 'failed': {
          const failure = { reason: event.failure, response: event.response, login: this.#session.loginOutcome() };
          // What is left to say is goodbye.
          while (await this.#driver.nextEvent());
          const said = event.response?.text ? `: ${event.response.text}` : '';
          throw new FetchError(`${FAILURES[event.failure] ?? event.failure}${said}`, failure);
        }
        case 'done':
          this.removed = event.removed;
          break;
      }
    }
  }

  async #farewell() {
    this.#session.finish();
    await this.#message?.leave();
    for (let message; (message = await this.#hear()); ) await message.leave();
  }

  async #end() {
    if (this.#over) return;
    this.#over = true;
    this.#message?.lose();
    await this.#driver?.close();
    if (this.#session) {
      this.#state = this.#session.state();
      this.#session.free();
      this.#session = undefined;
    }
  }
}

/** A message on its way, no faster than it is read. */
class Message {
  #session;
  #driver;
  #controller;
  #ended = false;
  #answered = false;
  #failure;
  /** The step that is under way: one at a time. */
  #step = Promise.resolve();

  constructor({ number, uniqueId, size }, session, driver) {
    this.#session = session;
    this.#driver = driver;
    this.number = number;
    this.uniqueId = uniqueId;
    this.size = size;
    this.body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#advance(true),
        cancel: () => {
          this.#controller = undefined;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The message is safe here: it will not be fetched again, and goes when that is due. */
  async accept() {
    await this.#answer('accept');
  }

  /** It stays on the server, and is new in the next session. */
  async keep() {
    await this.#answer('reject');
  }

  /** Whoever goes on without an answer has not accepted it. */
  async leave() {
    if (!this.#answered) await this.#answer('reject');
  }

  /** No more will come. */
  lose() {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure ??= new Error('the loop over messages has ended');
    this.#controller?.error(this.#failure);
    this.#controller = undefined;
  }

  async #answer(verb) {
    if (this.#answered) throw new TypeError('the message has its answer already');
    this.#answered = true;
    // Whoever reads no further is not kept waiting by what is unread.
    while (!this.#ended) await this.#advance(false);
    if (this.#failure) throw this.#failure;
    this.#session[verb]();
  }

  #advance(wanted) {
    return (this.#step = this.#step.then(() => this.#take(wanted)));
  }

  async #take(wanted) {
    if (this.#ended) return;
    try {
      const event = await this.#driver.nextEvent();
      if (this.#ended) return;
      if (event?.type === 'data') {
        if (wanted) this.#controller?.enqueue(event.data);
        return;
      }
      if (event?.type !== 'messageEnd') throw new Error('the connection ended in the middle of the message');
      this.#ended = true;
      if (wanted) this.#controller?.close();
      else this.#controller?.error(new TypeError('the message was answered before it was read'));
    } catch (error) {
      this.#ended = true;
      this.#failure = error;
      this.#controller?.error(error);
    }
    this.#controller = undefined;
  }
}
