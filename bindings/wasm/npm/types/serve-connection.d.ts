/**
 * Clients of SMTP served.
 *
 * @packageDocumentation
 */

import type { AuthQuestion } from './sasl.js';
import type { DuplexSocket } from './session.js';
import type { SmtpServerEvent, SmtpServerOptions } from './smtp.js';

/** Throw it in a handler of {@link serveConnection} to say no to the client. */
export class Refusal extends Error {
  /**
   * @param code 4yz for "not now", 5yz for "no"; 421 also ends the connection
   * @param text what the client reads; each line of it becomes one of the reply
   * @param enhanced such as `5.1.1`
   */
  constructor(code: number, text: string, enhanced?: string);
  readonly code: number;
  readonly enhanced?: string;
}

/** What handlers see of a session. */
export interface ServedSession {
  /** The name the client gave itself; untrusted. */
  hello: string | null;
  /** Who the client proved to be. */
  user: string | null;
  secure: boolean;
  remoteAddress: string | null;
  socket: DuplexSocket;
  envelope: {
    mailFrom: Extract<SmtpServerEvent, { type: 'mail' }> | null;
    /** The accepted recipients. */
    rcptTo: Array<Extract<SmtpServerEvent, { type: 'rcpt' }>>;
  };
}

/** Nothing for yes, or yes in your words. Throw a {@link Refusal} for no; any other error becomes 451. */
export type Answer = void | string | Promise<void | string>;

/** In LMTP there may be an answer for each accepted recipient; a Refusal among them is a no. */
export type Verdicts = Answer | Array<void | string | Refusal> | Promise<Array<void | string | Refusal>>;

export interface Handlers {
  onConnect?(session: ServedSession): Answer;
  onHello?(name: string, session: ServedSession): Answer;
  /** Compare in constant time. With this handler AUTH is offered. With more `mechanisms` than the default ones, look at `proof`. */
  onAuth?(credentials: AuthQuestion, session: ServedSession): Answer;
  onMailFrom?(sender: Extract<SmtpServerEvent, { type: 'mail' }>, session: ServedSession): Answer;
  onRcptTo?(recipient: Extract<SmtpServerEvent, { type: 'rcpt' }>, session: ServedSession): Answer;
  /**
   * A message. Read it to its end; come back only when it is safe. The client sends no faster than it is
   * read. The stream fails when the message will not be whole.
   */
  onData(message: ReadableStream<Uint8Array>, session: ServedSession): Verdicts;
  onReset?(session: ServedSession): void;
  onVrfy?(question: { text: string }, session: ServedSession): Answer;
  onExpn?(question: { text: string }, session: ServedSession): Answer;
  onXclient?(question: { attributes: Record<string, string> }, session: ServedSession): Answer;
  /** Hears what a handler threw that was no Refusal. */
  onError?(error: unknown, session: ServedSession): void;
}

export interface ServeOptions extends SmtpServerOptions {
  /** Offer STARTTLS; the socket must have `startTls`. */
  startTls?: boolean;
  /** Passed on to the socket's `startTls`. */
  tlsOptions?: unknown;
  /** Aborting it says 421 to the client as soon as what is in flight is finished. */
  signal?: AbortSignal;
}

/**
 * Serves one client until it goes. Never rejects for what the client or the connection did: that is in
 * `error`.
 */
export function serveConnection(
  socket: DuplexSocket,
  handlers: Handlers,
  options: ServeOptions,
): Promise<{ messages: number; error: unknown }>;
