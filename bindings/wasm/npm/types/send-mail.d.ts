/**
 * A message from beginning to end.
 *
 * @packageDocumentation
 */

import type { Login, LoginOutcome } from './sasl.js';
import type { Data, DriveOptions, DuplexSocket, TlsPolicy } from './session.js';
import type { Failure, Keyword, MessageWishes, Recipient, Reply, SmtpClientOptions } from './smtp.js';

/**
 * Why {@link sendMail} gave up. What became of each recipient is in `result` all the same; the reason of a
 * broken connection is in `cause`. Its name is `AbortError` or `TimeoutError` if that of the cause is.
 */
export class SendError extends Error {
  readonly result: SendResult;
}

export interface SendOptions extends MessageWishes, SmtpClientOptions, DriveOptions {
  /** A socket that is connected already… */
  socket?: DuplexSocket;
  /** …or a function that connects one. */
  connect?: (options: { signal?: AbortSignal }) => DuplexSocket | Promise<DuplexSocket>;
  /** The sender's mailbox; empty for reports. */
  from: string;
  to: string | Recipient | Array<string | Recipient>;
  /**
   * The whole message, headers first. Line ends become CR LF. It is sent as it is: take Bcc out
   * yourself. A stream is declared 8BITMIME; say `body: '7bit'` if you know it to be ASCII.
   */
  data: Data;
  /** Default `starttls` with `auth`, `opportunistic` without; a socket that is secure is so. */
  tls?: TlsPolicy;
  auth?: Login;
  /** What EHLO says this host is. Default `[127.0.0.1]`. */
  name?: string;
  chunking?: boolean;
}

/** Why a recipient did not get the message. */
export interface RefusedRecipient {
  address: string;
  /** The server's, if it was the server. */
  code: number | null;
  enhanced: string | null;
  text: string;
  /** Trying again will not help. */
  permanent: boolean;
  /** Why, if it was not the server's doing. */
  reason: Failure | null;
}

/** What became of a message. */
export interface SendResult {
  accepted: string[];
  refused: RefusedRecipient[];
  /** The line broke before the server's word came: they may have the message, or not. */
  unknown: string[];
  /** The server's verdict on the message. */
  reply: Reply | null;
  /** The server's name for the message, if it told one. */
  queuedAs: string | null;
  /** Why the server took nothing at all. */
  failure: { reason: Failure; reply: Reply | null; login: LoginOutcome | null } | null;
  extensionsUsed: Keyword[];
}

/**
 * Sends one message on one connection, which it closes.
 *
 * Resolves when at least one recipient was accepted; `refused` tells about the others.
 *
 * @throws {SendError} when nobody accepted the message or the connection broke too early; its `result`
 *   has the same shape
 */
export function sendMail(options: SendOptions): Promise<SendResult>;
