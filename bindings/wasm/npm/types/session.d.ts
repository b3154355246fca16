/**
 * Sockets, errors, and what every session has.
 *
 * @packageDocumentation
 */

import type { ChannelBinding } from './sasl.js';

/**
 * Anything with WHATWG streams of bytes: what `mailproto/node` makes, the sockets of Cloudflare Workers,
 * Direct Sockets, WebSocketStream, or a pair of TransformStreams.
 */
export interface DuplexSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Begins TLS on this connection and returns (or promises) the secure socket; this one is not used after
   * that. Its streams are unlocked when it is called. Without this method there is no STARTTLS.
   */
  startTls?(options?: unknown): DuplexSocket | Promise<DuplexSocket>;
  /** Settles when the socket is closed. */
  readonly closed?: Promise<unknown>;
  /** TLS has begun already. */
  readonly secure?: boolean;
  readonly remoteAddress?: string;
  /** What both ends of the TLS channel know and nobody in between, for SCRAM to be bound to; `mailproto/node` tells it. */
  channelBinding?(): ChannelBinding | undefined;
}

/** A departure from the grammar that was seen and tolerated. */
export type Anomaly =
  | 'bare_lf' | 'mixed_reply_codes' | 'reply_not_utf8' | 'truncated_reply' | 'malformed_ehlo_line' | 'auth_equals'
  | 'space_before_path' | 'missing_brackets' | 'extra_space' | 'loose_mailbox' | 'loose_hello_name'
  | 'bare_line_end_in_data' | 'early_talk' | 'odd_reply_code' | 'status_case' | 'missing_number'
  | 'ok_for_challenge' | 'malformed_line';

/** What a session waits for. */
export type TimeoutReason = 'greeting' | 'reply' | 'dataStart' | 'dataBlock' | 'dataEnd' | 'command';

/** The kinds of {@link MailprotoError} and their reasons. */
export interface Reasons {
  /** The module cannot be entered, or the host lacks something. */
  module: 'notLoaded' | 'trapped' | 'freed' | 'noStartTls';
  /** Your call was wrong; nothing changed. */
  misuse:
    | 'full' | 'controlCharacter' | 'syntax' | 'tooLong' | 'outOfOrder' | 'notOffered' | 'bareLineEnd' | 'replyCode'
    | 'closed' | 'noMemory' | 'argument';
  /** The peer broke the rules; the session is over. Send what is queued, then close. */
  protocol:
    | 'startTlsInjection' | 'malformedReply' | 'unexpectedReply' | 'bareLf' | 'mixedReplyCodes' | 'earlyTalk'
    | 'malformedChallenge' | 'malformedResponse' | 'unprovenServer';
  /** A bound of {@link Limits} was passed; the session is over. */
  limit: 'badCommands' | 'failedAuth' | 'saslRounds' | 'reply' | 'memory';
  /** The connection ended in the middle of something. */
  closed: 'endOfInput' | 'byPeer' | 'timedOut';
}

/** Whatever goes wrong in a session. A refusal by the peer is no error: it is an event. */
export class MailprotoError extends Error {
  readonly kind: keyof Reasons;
  readonly reason: Reasons[keyof Reasons];
  /** For `misuse`, a byte of the argument; for `protocol` and `limit`, bytes of the connection before it. */
  readonly offset?: number;
  /** The bound that was passed. */
  readonly value?: number;
  /** The argument that was wrong, for `misuse` with the reason `argument`. */
  readonly argument?: string;
  /** The code of the reply that says farewell to the peer. */
  readonly farewell?: number;
  /** What did not come, for `timedOut`. */
  readonly waitedFor?: TimeoutReason;
}

/** The bounds of one session; the defaults are those of the Rust `Limits`. */
export interface Limits {
  /** Bytes in a command line. Default 2048. */
  commandLine?: number;
  /** Bytes in a line of a SASL exchange. Default 12288. */
  saslLine?: number;
  /** Bytes in a whole reply. Default 16384. */
  reply?: number;
  /** Recipients of one message. Default 1000. */
  recipients?: number;
  /** Bytes of one message that a server takes. Default 64 MiB. */
  message?: number;
  /** Bad commands before a server says 421. Default 20. */
  badCommands?: number;
  /** Failed logins before a server says 421. Default 3. */
  failedAuth?: number;
  /** Challenges in one SASL exchange. Default 8. */
  saslRounds?: number;
  /** Commands that wait for a reply. Default and most 32. */
  queuedCommands?: number;
  /** Bytes that may wait to be looked at. Default 16384. */
  receiveBuffer?: number;
  /** Bytes that may wait to be sent. Default 16384. */
  transmitBuffer?: number;
}

/**
 * `opportunistic`: TLS if it is offered; whoever sits on the line can take the offer away. `starttls`: TLS, or
 * nothing is sent. `implicit`: the socket is under TLS already. `none`.
 */
export type TlsPolicy = 'opportunistic' | 'none' | 'starttls' | 'implicit';

/** What every session can be told. */
export interface SessionOptions {
  limits?: Limits;
  /** What is tolerated of the peer: a choice, or the names of it. */
  leniency?: 'default' | 'lenient' | 'strict' | Anomaly[];
}

/** An event that this version of the package has no name for. */
export interface OtherEvent {
  type: 'other';
}

/**
 * One side of one connection, as a state machine without sockets. Any split of the input and any order of
 * these calls give the same events and the same bytes. {@link drive} makes these calls for you.
 *
 * A session holds memory of the module: call `free`, or declare it with `using`. One that is forgotten is
 * freed when it is collected, which may be late.
 */
export interface Session<Event> extends Disposable {
  /** Copies bytes from the peer in, and returns how many fitted. */
  receive(bytes: Uint8Array): number;
  /** Room to read into: a view on the module's memory, good until the next call of any session. */
  receiveSpace(): Uint8Array;
  /** Says that the first `count` bytes of `receiveSpace` were filled; 0 gives the room back. */
  received(count: number): void;
  /** The peer closed its side. */
  receiveEof(): void;
  /** The next thing that happened: a plain object, yours to keep. */
  nextEvent(): Event | undefined;
  /** Bytes for the peer: a view on the module's memory, good until the next call of any session. */
  transmit(): Uint8Array;
  /** Says that the first `count` bytes of `transmit` were sent. */
  transmitted(count: number): void;
  /** A copy of the bytes for the peer, taken as sent. */
  takeOutput(): Uint8Array;
  /** What `transmit` shows as text, secrets taken out. */
  transmitLog(): string;
  /** Says what time it is, in milliseconds since any moment of yours. */
  handleTime(milliseconds: number): void;
  /** When to call `handleTime` at the latest, and why. */
  nextTimeout(): { at: number; reason: TimeoutReason } | undefined;
  /** Whether the conversation still expects something from the peer. */
  wantsRead(): boolean;
  /** Whether there are bytes for the peer. */
  wantsWrite(): boolean;
  /** Neither is wanted: close the socket. */
  isClosed(): boolean;
  /** TLS has begun: what was said in plain text is forgotten. */
  tlsStarted(): void;
  /** What was tolerated so far. */
  anomalies(): Anomaly[];
  /** Gives the memory back. May be called twice; nothing else may be called afterwards. */
  free(): void;
}

/** Message data in any form; text becomes UTF-8. */
export type Data =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

export interface DriveOptions {
  /** Aborting it breaks the connection, and rejects with its reason. */
  signal?: AbortSignal;
  /** Passed on to the socket's `startTls`. */
  tlsOptions?: unknown;
}

/**
 * Joins a session to a socket: moves bytes both ways with back-pressure, keeps the timeouts, does
 * STARTTLS. Iterate over it for the events, and call verbs in the loop. The socket is closed at the end
 * of the loop, however it ends; the session is yours to free.
 */
export class Driver<Event> implements AsyncIterableIterator<Event> {
  constructor(session: Session<Event>, socket: DuplexSocket, options?: DriveOptions);
  /** The socket that is in use: after STARTTLS, the secure one. */
  readonly socket: DuplexSocket;
  [Symbol.asyncIterator](): this;
  next(): Promise<IteratorResult<Event, undefined>>;
  return(): Promise<IteratorResult<Event, undefined>>;
  /** The next event, or undefined at the end. */
  nextEvent(): Promise<Event | undefined>;
  /** Sends everything that may be sent. */
  flush(): Promise<void>;
  /** Sends what may be sent; if there was nothing, waits for bytes, a timeout or `wake`. */
  turn(): Promise<void>;
  /** Ends a wait: for verbs that are called outside the loop. */
  wake(): void;
  /** Passes the message on that is wanted, and ends it. */
  sendBody(data: Data): Promise<void>;
  /** Closes the socket. */
  close(): Promise<void>;
}

/** {@link Driver} as a function. */
export function drive<Event>(session: Session<Event>, socket: DuplexSocket, options?: DriveOptions): Driver<Event>;
