/**
 * A maildrop from beginning to end.
 *
 * @packageDocumentation
 */

import type { DownloadFailure, DownloadState, DownloadTerms, MessageInfo, Pop3Response, SkipReason } from './pop3.js';
import type { Login, LoginOutcome } from './sasl.js';
import type { DriveOptions, DuplexSocket, TlsPolicy } from './session.js';

export interface FetchOptions extends DownloadTerms, DriveOptions {
  /** A socket that is connected already… */
  socket?: DuplexSocket;
  /** …or a function that connects one. */
  connect?: (options: { signal?: AbortSignal }) => DuplexSocket | Promise<DuplexSocket>;
  auth: Login;
  /** Default `starttls`; a socket that is secure is so. */
  tls?: TlsPolicy;
}

/** A message on its way. */
export interface FetchedMessage extends MessageInfo {
  /** The message as the server has it, headers first, no faster than it is read. */
  readonly body: ReadableStream<Uint8Array>;
  /**
   * It is safe here: it will not be fetched again, and is deleted when that is due. What is unread of `body`
   * is thrown away.
   */
  accept(): Promise<void>;
  /** It stays on the server, and is new in the next session; so is a message without an answer. */
  keep(): Promise<void>;
}

/**
 * The messages, one after the other; the next one comes when this one has its answer or the loop goes on
 * without. Leaving the loop ends the session: what was accepted is deleted if that is due, and nothing else.
 */
export interface MailFetch extends AsyncIterableIterator<FetchedMessage> {
  /** What is to be remembered for the next session. Save it after each `accept`, and at the end. */
  readonly state: DownloadState;
  /** Messages in the maildrop; null before it is open. */
  readonly messages: number | null;
  /** Those of them that are new. */
  readonly new: number | null;
  /** Messages that are gone from the server; known at the end. */
  readonly removed: number;
  /** Messages that stay on the server unfetched. */
  readonly skipped: Array<MessageInfo & { reason: SkipReason }>;
  /** The connection is under TLS. */
  readonly secure: boolean;
  return(value?: unknown): Promise<IteratorResult<FetchedMessage, undefined>>;
}

/** Why {@link fetchMail} gave up where it was the server that would not. A broken line is a MailprotoError. */
export class FetchError extends Error {
  readonly failure: { reason: DownloadFailure; response: Pop3Response | null; login: LoginOutcome | null };
}

/**
 * Fetches what is new in a maildrop on one connection, which it closes.
 *
 * ```js
 * const mail = fetchMail({ connect, auth, retention: { keepDays: 14 }, state });
 * for await (const message of mail) {
 *   await store(message.uniqueId, message.body);
 *   await message.accept();
 *   await save(mail.state);
 * }
 * ```
 */
export function fetchMail(options: FetchOptions): MailFetch;
