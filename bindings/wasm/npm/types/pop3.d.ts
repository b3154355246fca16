/**
 * The sessions of POP3.
 *
 * @packageDocumentation
 */

import type { AuthQuestion, AuthResponseQuestion, ChannelBinding, Login, LoginOutcome, Mechanism, TokenRefusal } from './sasl.js';
import type { OtherEvent, Session, SessionOptions, TlsPolicy } from './session.js';

/** A capability that the library knows, by its tag in the response to CAPA. */
export type CapabilityTag =
  | 'TOP' | 'USER' | 'SASL' | 'RESP-CODES' | 'LOGIN-DELAY' | 'PIPELINING' | 'EXPIRE' | 'UIDL' | 'IMPLEMENTATION'
  | 'AUTH-RESP-CODE' | 'STLS' | 'UTF8' | 'LANG';

/** Where a conversation stands. */
export type Pop3State = 'Connected' | 'Authorization' | 'Named' | 'Transaction' | 'Handshake' | 'Ended';

/** What a response ends. */
export type Pop3Verb =
  | 'greeting' | 'CAPA' | 'STLS' | 'USER' | 'PASS' | 'APOP' | 'AUTH' | 'AUTH (mechanisms)' | 'STAT' | 'LIST'
  | 'LIST (one)' | 'UIDL' | 'UIDL (one)' | 'RETR' | 'TOP' | 'DELE' | 'RSET' | 'NOOP' | 'UTF8' | 'LANG' | 'LANG (all)'
  | 'QUIT' | 'TLS';

/** How long a client waits, in seconds. */
export interface Pop3ClientTimeouts {
  greeting?: number;
  reply?: number;
  /** For the next piece of a message or a list. */
  dataBlock?: number;
  /** For the response to QUIT, before which the server deletes. */
  update?: number;
}

export interface Pop3ClientOptions extends SessionOptions {
  timeouts?: Pop3ClientTimeouts;
}

export interface Pop3ServerOptions extends SessionOptions {
  /** The server's own name for itself, at most 64 bytes; not announced if empty. */
  implementation?: string;
  /** Capabilities to offer beside the default ones: STLS, EXPIRE, LOGIN-DELAY, UTF8, LANG. */
  offer?: CapabilityTag[];
  /** Capabilities of the default ones not to offer. */
  withhold?: CapabilityTag[];
  /** The mechanisms of AUTH. Default PLAIN and LOGIN. CRAM-MD5 and SCRAM are exchanges that you conduct. */
  mechanisms?: Mechanism[];
  /** USER and PASS, and AUTH, may be used in plain text: passwords are readable then. */
  authWithoutTls?: boolean;
  /** Nothing but CAPA, STLS and QUIT before TLS. */
  requireTls?: boolean;
  /** The connection is under TLS from its first byte. */
  tls?: boolean;
  /** The days that EXPIRE announces; for ever if it is left out. */
  expireDays?: number;
  /** The seconds that LOGIN-DELAY announces. */
  loginDelay?: number;
  timeouts?: {
    /** Seconds for a whole command. Default 600. */
    command?: number;
    /** Seconds for the client to take the next piece. Default 180. */
    dataBlock?: number;
  };
}

/** What becomes of messages on the server once they have been accepted. Default `delete`. */
export type Retention = 'delete' | 'keep' | { keepDays: number };

/**
 * What is remembered from one session to the next: by its unique id, the day on which each message that is
 * still there was accepted. A plain value, the same as that of the Rust crate in JSON.
 */
export interface DownloadState {
  messages: Record<string, { day: number; copies: number }>;
}

/** What a download can be told, beside who to be. */
export interface DownloadTerms extends Pop3ClientOptions {
  /** Log in by APOP where the greeting makes that possible. */
  apop?: boolean;
  retention?: Retention;
  /** Messages of more octets stay on the server unfetched. */
  largest?: number;
  /** Messages that may be asked for before the first of them has come. Default 8. */
  readAhead?: number;
  /** Messages of a maildrop that are looked at. Default 1,048,576. */
  messages?: number;
  /** Today, in days since any day that stays the same. */
  today?: number;
  state?: DownloadState;
}

export interface Pop3DownloadOptions extends DownloadTerms {
  login: Login;
  /** Default `opportunistic`. */
  tls?: TlsPolicy;
}

/** What a server said. */
export interface Pop3Response {
  ok: boolean;
  /** A word for programs, such as `IN-USE` or `AUTH`. */
  code: string | null;
  /** For a person to read. Untrusted. */
  text: string;
}

/**
 * What a client's host hears. A command ends in one `response`, or, where a good response has more lines, in
 * `start`, its items one by one, and `end`.
 */
export type Pop3ClientEvent =
  /** The server has greeted, or refused to serve. The timestamp is what APOP signs. */
  | { type: 'greeting'; response: Pop3Response; timestamp: string | null }
  /**
   * A command has ended, well or not. A good one to STAT has `messages` and `size`, to LIST of one message
   * `number` and `size`, to UIDL of one `uniqueId`.
   */
  | {
      type: 'response';
      id: number;
      verb: Pop3Verb;
      response: Pop3Response;
      messages?: number;
      number?: number;
      size?: number;
      uniqueId?: string;
    }
  /** A good response begins that has more lines. */
  | { type: 'start'; id: number; verb: Pop3Verb; response: Pop3Response }
  /** LIST: one message's size. */
  | { type: 'listing'; id: number; number: number; size: number }
  /** UIDL: one message's name for life. */
  | { type: 'uniqueId'; id: number; number: number | null; uniqueId: string }
  /** CAPA: something the server can do. */
  | {
      type: 'capability';
      id: number;
      tag: string;
      /** Of one that the library does not know. */
      parameters?: string;
      /** Of SASL. */
      mechanisms?: Mechanism[];
      /** Of LOGIN-DELAY. */
      seconds?: number;
      /** Of EXPIRE; null for ever. */
      days?: number | null;
      /** It may be another one after the login; of UTF8: names and passwords may be UTF-8. */
      perUser?: boolean;
      /** Of IMPLEMENTATION. */
      name?: string;
    }
  /** LANG: a language that the server speaks. */
  | { type: 'language'; id: number; tag: string; description: string }
  /** RETR, TOP: a piece of the message. */
  | { type: 'data'; id: number; data: Uint8Array }
  /** A line of a list that makes no sense; it was skipped. */
  | { type: 'malformed'; id: number; line: Uint8Array }
  /** A response of several lines is complete, and so is the command. */
  | { type: 'end'; id: number; verb: Pop3Verb }
  /** The server asks: `authRespond` or `authCancel`. Null if what it asks is not base64. */
  | { type: 'challenge'; id: number; challenge: Uint8Array | null }
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls'; id: number }
  /** The server says -ERR though no command asked. */
  | { type: 'closing'; response: Pop3Response }
  | OtherEvent;

/** What a client wants, and which call answers it; `reject` answers all. */
export type Pop3ServerEvent =
  | { type: 'connect'; question: true }
  | AuthQuestion
  | AuthResponseQuestion
  /** Compare the digest with {@link apopDigest}. */
  | { type: 'apop'; question: true; user: string; digest: string }
  /** The login was accepted: lock the maildrop, then `open`. */
  | { type: 'open'; question: true }
  /** How large is it? `size`. */
  | { type: 'size'; question: true; number: number }
  /** What is its name for life? `uniqueId`. */
  | { type: 'uniqueId'; question: true; number: number }
  /** `accept`, then `sendData` and `finishData`, or `sendBody` of the driver. `lines`: TOP, which is cut for you. */
  | { type: 'message'; question: true; number: number; lines: number | null }
  /** May it be marked? `size`. Nothing is deleted yet. */
  | { type: 'delete'; question: true; number: number }
  /** No message is marked any more. */
  | { type: 'reset'; question: false }
  /** QUIT was said: delete these now, then `accept`. In no other case is any deleted. */
  | { type: 'update'; question: true; deleted: number[] }
  /** Messages may have UTF-8 in their headers from now on. */
  | { type: 'utf8'; question: false }
  /** Speak this language? `accept` with its exact tag, a space and a text in it. */
  | { type: 'language'; question: true; range: string }
  /** `language` for each, then `accept`. */
  | { type: 'languages'; question: true }
  /** A command that needed nothing of you. */
  | { type: 'answered'; question: false; verb: Pop3Verb }
  | { type: 'quit'; question: false }
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls'; question: false }
  /** The session itself refused a line; the line is empty where it could hold a secret. */
  | { type: 'refused'; question: false; text: string; line: string }
  | (OtherEvent & { question: boolean });

/** Why a message was not fetched. */
export type SkipReason = 'tooLarge' | 'noUniqueId' | 'refused' | 'other';

/** Why nothing can be fetched. */
export type DownloadFailure =
  | 'greeting' | 'tlsNotOffered' | 'tlsRefused' | 'loginNotOffered' | 'loginRefused' | 'listRefused' | 'noUniqueIds'
  | 'other';

/** A message in a maildrop. */
export interface MessageInfo {
  /** Its number in this session. */
  number: number;
  /** Null where the server has none. */
  uniqueId: string | null;
  /** Its octets, as far as the server tells. */
  size: number | null;
}

/** What the host of a download hears. */
export type Pop3DownloadEvent =
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls' }
  /** How many messages there are, and how many of them will be fetched. */
  | { type: 'listed'; messages: number; new: number }
  | ({ type: 'message' } & MessageInfo)
  | { type: 'data'; data: Uint8Array }
  /** It is complete: `accept` when it is safe, or `reject`. */
  | { type: 'messageEnd' }
  /** A message stays on the server and was not fetched. */
  | ({ type: 'skipped'; reason: SkipReason; response: Pop3Response | null } & MessageInfo)
  | { type: 'failed'; failure: DownloadFailure; response: Pop3Response | null }
  /** The session is complete; so many messages are gone from the server. */
  | { type: 'done'; removed: number; response: Pop3Response | null }
  | OtherEvent;

/** What a server announced. */
export interface Capabilities {
  tags: CapabilityTag[];
  mechanisms: Mechanism[];
  loginDelay: number | null;
  expireDays: number | null;
  utf8User: boolean;
}

/** The digest of APOP for a greeting's timestamp and a secret. MD5 is broken: prefer anything under TLS. */
export function apopDigest(timestamp: string, secret: string): string;

/**
 * The client's side, verb by verb. Verbs queue; what the server's capabilities permit leaves in one packet.
 * Each returns the `id` that the events carry by which it ends.
 */
export class Pop3Client implements Session<Pop3ClientEvent> {
  constructor(options?: Pop3ClientOptions);
  capa(): number;
  stls(): number;
  /** USER and PASS; the password leaves only when the server has taken the user. */
  login(user: string, password: string): number;
  apop(name: string, digest: string): number;
  /** By any mechanism that is built in; challenges are answered by `authRespond()`. */
  auth(mechanism: Mechanism, credentials: Login): number;
  /** By any mechanism of yours, with its initial response if it has one. */
  auth(mechanism: string, initial?: Uint8Array): number;
  /** Answers a challenge; without a response, as the credentials say. */
  authRespond(response?: Uint8Array): void;
  authCancel(): void;
  /** How the exchange with credentials went so far. */
  loginOutcome(): LoginOutcome | null;
  stat(): number;
  /** The sizes of all messages, or of one. */
  list(number?: number): number;
  /** The unique ids of all messages, or of one. */
  uidl(number?: number): number;
  retr(number: number): number;
  /** The header and so many lines of the body. */
  top(number: number, lines: number): number;
  /** Marks a message; the server deletes it at QUIT and not before. */
  dele(number: number): number;
  rset(): number;
  noop(): number;
  utf8(): number;
  /** Speak this language; without one: which are there? */
  lang(range?: string): number;
  quit(): number;
  /** What the server announced last. */
  capabilities(): Capabilities;
  state(): Pop3State;
  /** Commands that have not ended. */
  queuedCommands(): number;
}
export interface Pop3Client extends Session<Pop3ClientEvent> {}

/**
 * The server's side. It numbers the messages, keeps the marks, cuts for TOP and adds dots; everything else is
 * a question to you. Whoever accepts every question accepts every login: answer `auth`, `apop` and
 * `authResponse` on their own first.
 */
export class Pop3Server implements Session<Pop3ServerEvent> {
  constructor(options?: Pop3ServerOptions);
  /** Says yes, in your words if there are any; to `connect` also with a timestamp such as `<1@host>`, new each time, which offers APOP. */
  accept(text?: string, timestamp?: string): void;
  /** Says no, with a code such as `IN-USE` or `SYS/TEMP`. */
  reject(text?: string, code?: string): void;
  /** Goes on with an exchange that you conduct: see the event `authResponse`. */
  challenge(challenge: Uint8Array): void;
  /** Refuses a bearer token, and says why. */
  rejectToken(refusal?: TokenRefusal): void;
  /** So many messages, with so many octets in all, each line end counted as two. */
  open(messages: number, octets: number): void;
  /** The octets of a message, each line end counted as two. */
  size(octets: number): void;
  /** One to 70 printable characters that no other message ever has. */
  uniqueId(text: string): void;
  language(tag: string, description: string): void;
  /** A piece of the message that was accepted; returns how many bytes of it were taken. Bare CR and LF become CR LF. */
  sendData(data: Uint8Array): number;
  /** Ends the message. */
  finishData(): void;
  /** Whether more of the message is wanted: TOP may have enough. */
  wantsData(): boolean;
  /** Ends the session as soon as what is in flight is finished; nothing is deleted. */
  shutDown(): void;
  state(): Pop3State;
  isAuthenticated(): boolean;
  /** Whether the client has said UTF8. */
  isUtf8(): boolean;
  /** Whether a question waits. */
  awaitsAnswer(): boolean;
}
export interface Pop3Server extends Session<Pop3ServerEvent> {}

/** A whole maildrop as one task: greeting, TLS, login, what is new by unique id, what is to go, QUIT. */
export class Pop3Download implements Session<Pop3DownloadEvent> {
  constructor(options: Pop3DownloadOptions);
  /** The message that ended is safe here: it is remembered, and deleted when that is due. */
  accept(): void;
  /** It stays, and is new in the next session. */
  reject(): void;
  /** Fetches no more than what is on its way, then ends the session. */
  finish(): void;
  /** Whether a message waits for `accept` or `reject`. */
  awaitsAnswer(): boolean;
  /** What is to be remembered: save it after each `accept` and at the end. */
  state(): DownloadState;
  /** What the TLS channel is known by: after the event `startTls`, or at the start. {@link drive} says it by itself. */
  bindChannel(kind: ChannelBinding['kind'], data: Uint8Array): void;
  /** How the login went, once it is over. */
  loginOutcome(): LoginOutcome | null;
  /** What the server announced last. */
  capabilities(): Capabilities;
}
export interface Pop3Download extends Session<Pop3DownloadEvent> {}
