// One client served: the protocol's questions become calls of the host's handlers.

import { Driver } from './driver.js';
import { Refusal } from './errors.js';
import { SmtpServer } from './smtp.js';

const NOT_NOW = new Refusal(451, 'Local error in processing', '4.3.0');

export async function serveConnection(socket, handlers, { signal, tlsOptions, ...options }) {
  const conversation = new Conversation(handlers, { ...options, tls: options.tls ?? socket.secure === true }, socket);
  const { server } = conversation;
  const shutDown = () => {
    server.shutDown();
    driver.wake();
  };
  const driver = new Driver(server, socket, { tlsOptions });
  if (signal?.aborted) shutDown();
  signal?.addEventListener('abort', shutDown);
  let error = null;
  try {
    for await (const event of driver) await conversation.hear(event);
  } catch (failure) {
    error = failure;
  } finally {
    signal?.removeEventListener('abort', shutDown);
    conversation.abandon(error ?? new Error('the connection ended in the middle of the message'));
    server.free();
  }
  return { messages: conversation.messages, error };
}

class Conversation {
  server;
  messages = 0;
  #handlers;
  #socket;
  #message;

  /** What handlers see of the session. */
  #session = { hello: null, user: null, secure: false, remoteAddress: null, socket: null, envelope: null };

  constructor(handlers, options, socket) {
    // AUTH is offered where somebody judges it.
    const offer = [...(options.offer ?? [])];
    if (handlers.onAuth && !offer.includes('AUTH')) offer.push('AUTH');
    if (!options.tls && options.startTls && !offer.includes('STARTTLS')) offer.push('STARTTLS');
    this.server = new SmtpServer({ ...options, offer });
    this.#handlers = handlers;
    this.#socket = socket;
    this.#session.secure = options.tls;
    this.#session.socket = socket;
    this.#session.remoteAddress = socket.remoteAddress ?? null;
    this.#reset();
  }

  async hear(event) {
    const { onConnect, onHello, onAuth, onMailFrom, onRcptTo, onReset } = this.#handlers;
    const session = this.#session;
    switch (event.type) {
      case 'connect':
        return this.#ask(() => onConnect?.(session));
      case 'hello':
        this.#reset();
        session.hello = event.name;
        return this.#ask(() => onHello?.(event.name, session));
      case 'startTls':
        session.secure = true;
        session.hello = null;
        return undefined;
      case 'auth':
        return this.#ask(async () => {
          const words = await onAuth(event, session);
          session.user = event.user;
          return words;
        });
      case 'mail':
        return this.#ask(async () => {
          const words = await onMailFrom?.(event, session);
          session.envelope.mailFrom = event;
          return words;
        });
      case 'rcpt':
        return this.#ask(async () => {
          const words = await onRcptTo?.(event, session);
          session.envelope.rcptTo.push(event);
          return words;
        });
      case 'dataStart':
        this.#message = new Message((stream) => this.#handlers.onData(stream, session));
        return this.#answer(undefined);
      case 'data':
        return this.#message.push(event.data);
      case 'dataEnd':
        return this.#end(event.recipient);
      case 'dataAborted':
        this.abandon(new Error(event.reason === 'tooLarge' ? 'the message is too large' : 'the message has bare line ends'));
        return this.#reset();
      case 'reset':
        this.abandon(new Error('the client took the message back'));
        this.#reset();
        return onReset?.(session);
      case 'vrfy':
      case 'expn':
      case 'xclient':
        return this.#askOther(event);
      default:
        return undefined;
    }
  }

  /** The message that was on its way will not be whole. */
  abandon(reason) {
    this.#message?.fail(reason);
    this.#message = undefined;
  }

  #reset() {
    this.#session.envelope = { mailFrom: null, rcptTo: [] };
  }

  /** In LMTP there is a question for each recipient, and one verdict or a list of them. */
  async #end(recipient) {
    const { outcome, failed } = await this.#message.end();
    const verdict = Array.isArray(outcome) && !failed ? outcome[recipient ?? 0] : outcome;
    const refused = failed || verdict instanceof Error;
    if (refused) this.#refuse(verdict);
    else this.#answer(verdict);
    if (recipient === null || recipient + 1 === this.#session.envelope.rcptTo.length) {
      if (!failed) this.messages += 1;
      this.#message = undefined;
      this.#reset();
    }
  }

  async #ask(question) {
    let words;
    try {
      words = await question();
    } catch (refusal) {
      return this.#refuse(refusal);
    }
    return this.#answer(words);
  }

  #askOther(event) {
    const handler = { vrfy: 'onVrfy', expn: 'onExpn', xclient: 'onXclient' }[event.type];
    return this.#ask(() => {
      if (!this.#handlers[handler]) throw new Refusal(502, 'Not here', '5.5.1');
      return this.#handlers[handler](event, this.#session);
    });
  }

  #answer(words) {
    this.server.accept(typeof words === 'string' ? words : undefined);
  }

  /** A refusal in the handler's words; any other error is not for the client to read. */
  #refuse(error) {
    const { code, message, enhanced } = error instanceof Refusal ? error : NOT_NOW;
    if (!(error instanceof Refusal)) this.#handlers.onError?.(error, this.#session);
    this.server.reject(code, message, enhanced);
  }
}

/** A message on its way to a handler, no faster than the handler reads it. */
class Message {
  #controller;
  #wanted;
  #closed = false;
  #verdict;

  constructor(take) {
    const stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wanted?.(),
        cancel: () => {
          this.#closed = true;
          this.#wanted?.();
        },
      },
      { highWaterMark: 1 },
    );
    this.#verdict = Promise.resolve()
      .then(() => take(stream))
      .then(
        (outcome) => ({ outcome, failed: false }),
        (outcome) => ({ outcome, failed: true }),
      )
      .finally(() => {
        // Whoever has decided reads no more.
        this.#closed = true;
        this.#wanted?.();
      });
  }

  async push(bytes) {
    if (this.#closed) return;
    if (this.#controller.desiredSize <= 0) {
      await new Promise((resolve) => (this.#wanted = resolve));
      this.#wanted = undefined;
    }
    if (!this.#closed) this.#controller.enqueue(bytes);
  }

  end() {
    if (!this.#closed) {
      this.#closed = true;
      this.#controller.close();
    }
    return this.#verdict;
  }

  fail(reason) {
    if (!this.#closed) {
      this.#closed = true;
      this.#controller.error(reason);
    }
  }
}
