/**
 * The sessions of SMTP and LMTP.
 *
 * @packageDocumentation
 */

import type { AuthQuestion, AuthResponseQuestion, ChannelBinding, Login, LoginOutcome, Mechanism, TokenRefusal } from './sasl.js';
import type { OtherEvent, Session, SessionOptions, TlsPolicy } from './session.js';

/** An extension that the library knows, by its keyword in the EHLO reply. */
export type Keyword =
  | 'PIPELINING' | 'SIZE' | '8BITMIME' | 'SMTPUTF8' | 'CHUNKING' | 'BINARYMIME' | 'DSN' | 'ENHANCEDSTATUSCODES'
  | 'STARTTLS' | 'AUTH' | 'REQUIRETLS' | 'LIMITS' | 'DELIVERBY' | 'MT-PRIORITY' | 'FUTURERELEASE' | 'RRVS'
  | 'XCLIENT' | 'VRFY' | 'EXPN' | 'HELP';

/** Where a conversation stands. */
export type State =
  | 'Connected' | 'Greeted' | 'Ready' | 'Sender' | 'Recipients' | 'Data' | 'Chunks' | 'Handshake' | 'Ended';

/** The command that a reply ends. */
export type Verb =
  | 'greeting' | 'EHLO' | 'HELO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'end of data' | 'BDAT'
  | 'BDAT LAST' | 'RSET' | 'VRFY' | 'EXPN' | 'HELP' | 'NOOP' | 'QUIT' | 'XCLIENT' | 'TLS';

/** What every session of SMTP can be told. */
export interface SmtpOptions extends SessionOptions {
  /** LMTP is LHLO for EHLO, and a verdict for each recipient. Default `smtp`. */
  protocol?: 'smtp' | 'lmtp';
  /** What happens to bare CR and LF in message data: they are never passed on as they are. */
  lineEnds?: 'refuse' | 'canonicalise';
}

/** How long a client waits, in seconds; the defaults are the least of RFC 5321 §4.5.3.2. */
export interface ClientTimeouts {
  greeting?: number;
  reply?: number;
  dataStart?: number;
  dataBlock?: number;
  dataEnd?: number;
}

export interface SmtpClientOptions extends SmtpOptions {
  timeouts?: ClientTimeouts;
}

export interface SmtpServerOptions extends SmtpOptions {
  /** The server's own name, at most 64 bytes. */
  name: string;
  /** Extensions to offer beside the default ones: STARTTLS, AUTH, DSN and so on. */
  offer?: Keyword[];
  /** Extensions of the default ones not to offer. */
  withhold?: Keyword[];
  /**
   * The mechanisms of AUTH. Default PLAIN and LOGIN, which ask for nothing but a yes or no, as XOAUTH2,
   * OAUTHBEARER, EXTERNAL and ANONYMOUS do. CRAM-MD5 and SCRAM are exchanges that you conduct.
   */
  mechanisms?: Mechanism[];
  /** AUTH may be used in plain text: passwords are readable then. */
  authWithoutTls?: boolean;
  /** Nothing but EHLO, STARTTLS, NOOP and QUIT before TLS. */
  requireTls?: boolean;
  /** No MAIL before AUTH. */
  requireAuth?: boolean;
  /** The connection is under TLS from its first byte. */
  tls?: boolean;
  /** The longest hold that FUTURERELEASE announces, in seconds. */
  holdMax?: number;
  timeouts?: {
    /** Seconds for a whole command. Default 300. */
    command?: number;
    /** Seconds for the next piece of message data. Default 180. */
    dataBlock?: number;
  };
}

export interface SmtpSubmissionOptions extends SmtpClientOptions {
  /** What EHLO says this host is: a domain, or an address literal such as `[192.0.2.1]`. */
  name: string;
  /** Default `opportunistic`. */
  tls?: TlsPolicy;
  /** If it is set, nothing is sent without having logged in. */
  login?: Login;
  /** Send by BDAT where CHUNKING is offered, not only where the message needs it. */
  chunking?: boolean;
}

/** What a message asks of a server, beside its addresses. */
export interface MessageWishes {
  /** Bytes of the message (RFC 1870). */
  size?: number;
  /** What it is made of (RFC 6152, RFC 3030). */
  body?: '7bit' | '8bitmime' | 'binarymime';
  /** Its headers need UTF-8 (RFC 6531); addresses are looked at without being told. */
  smtpUtf8?: boolean;
  /** Refuse rather than pass on without TLS (RFC 8689). */
  requireTls?: boolean;
  /** What a report shall quote (RFC 3461). */
  ret?: 'full' | 'headers';
  /** A deadline (RFC 2852). */
  deliverBy?: { seconds: number; mode?: 'return' | 'notify'; trace?: boolean };
  /** -9 to 9 (RFC 6710). */
  priority?: number;
  /** Hold for so many seconds (RFC 4865). */
  holdFor?: number;
  /** The sender's name for this envelope (RFC 3461). */
  envelopeId?: string;
}

/** Parameters of MAIL and RCPT, as a client says them and a server hears them. */
export interface Parameters extends MessageWishes {
  /** Who submitted the message first; empty for `<>` (RFC 4954 §5). */
  auth?: string;
  /** A date-time of RFC 3339 (RFC 4865). */
  holdUntil?: string;
  /** When to report (RFC 3461 §4.1); nothing true means never. */
  notify?: Notify;
  /** The recipient as first named (RFC 3461 §4.2). */
  original?: Original;
  /** Deliver only to the mailbox's owner at that time (RFC 7293). */
  rrvs?: { since: string; action?: 'continue' | 'reject' };
  /** Any others by their keywords; empty for no value. */
  other?: Record<string, string>;
}

export interface Notify {
  success?: boolean;
  failure?: boolean;
  delay?: boolean;
}

export interface Original {
  /** Such as `rfc822`, the default, or `utf-8`. */
  type?: string;
  address: string;
}

/** One recipient of a message. */
export interface Recipient {
  address: string;
  notify?: Notify;
  original?: Original;
}

/** One message's envelope. */
export interface Envelope extends MessageWishes {
  /** The sender's mailbox; empty, the default, for reports. */
  sender?: string;
  recipients: Iterable<string | Recipient>;
}

/** What a server said. */
export interface Reply {
  code: number;
  /** Such as `5.1.1`. */
  enhanced: string | null;
  /** Its lines without codes, for a person to read. Untrusted. */
  text: string;
}

/** What a client's host hears. */
export type SmtpClientEvent =
  /** The server has greeted, or refused to serve. */
  | { type: 'greeting'; reply: Reply }
  /** A command has ended, well or not. For a message this is the verdict; its `id` is the one of DATA. */
  | { type: 'reply'; id: number; verb: Verb; reply: Reply }
  /** LMTP: the verdict for the accepted recipient of this number, from 0. */
  | { type: 'delivery'; id: number; recipient: number; last: boolean; reply: Reply }
  /** Send the message: `sendData`, then `finishData`; or `sendBody` of the driver. */
  | { type: 'dataReady'; id: number; reply: Reply }
  /** The server asks: `authRespond` or `authCancel`. Null if what it asks is not base64. */
  | { type: 'challenge'; id: number; challenge: Uint8Array | null }
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls'; id: number }
  /** The server says 421 though no command asked. */
  | { type: 'closing'; reply: Reply }
  | OtherEvent;

/** A path as a server hears it. */
export interface Path {
  /** The mailbox; empty for `<>`. */
  address: string;
  /** Its local part without quotes. */
  localPart: string;
  /** Its domain or address literal. */
  domain: string;
}

/** What a client wants, and whether it waits for `accept` or `reject`. */
export type SmtpServerEvent =
  | { type: 'connect'; question: true }
  | { type: 'hello'; question: true; name: string; extended: boolean }
  | AuthQuestion
  | AuthResponseQuestion
  | ({ type: 'mail'; question: true; parameters: Parameters } & Path)
  | ({ type: 'rcpt'; question: true; parameters: Parameters } & Path)
  /** A message is about to come, by DATA or BDAT. */
  | { type: 'dataStart'; question: true; chunking: boolean }
  /** A piece of it. */
  | { type: 'data'; question: false; data: Uint8Array }
  /** It is complete: accept only when it is safe. In LMTP once for each accepted recipient. */
  | { type: 'dataEnd'; question: true; recipient: number | null }
  /** The session itself refused the message. */
  | { type: 'dataAborted'; question: false; reason: 'tooLarge' | 'lineEnds' | 'other' }
  | { type: 'vrfy'; question: true; text: string }
  | { type: 'expn'; question: true; text: string }
  | { type: 'xclient'; question: true; attributes: Record<string, string> }
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls'; question: false }
  | { type: 'reset'; question: false }
  | { type: 'noop'; question: false }
  | { type: 'help'; question: false; text: string }
  | { type: 'quit'; question: false }
  /** The session itself refused a line. */
  | { type: 'refused'; question: false; code: number; line: string }
  | (OtherEvent & { question: boolean });

/** Why something failed that was not the server's refusal of one recipient. */
export type Failure =
  | 'greeting' | 'hello' | 'tlsNotOffered' | 'tlsRefused' | 'loginNotOffered' | 'loginRefused' | 'needsExtension'
  | 'tooLarge' | 'badAddress' | 'limitReached' | 'connectionLost' | 'other';

/**
 * In a word. `unknown`: the line broke after the whole message had been sent and before the server's word
 * came, so that trying again may deliver twice, and not trying may lose it.
 */
export type Verdict = 'accepted' | 'permanent' | 'transient' | 'unknown';

/** What the host of a submission hears. */
export type SmtpSubmissionEvent =
  /** Do the handshake, then call `tlsStarted`; a driver has done both already. */
  | { type: 'startTls' }
  /** Send the message: `sendData`, then `finishData`; or `sendBody` of the driver. */
  | { type: 'bodyWanted'; message: number }
  /** What became of one recipient; each has exactly one such event. */
  | {
      type: 'recipient';
      message: number;
      recipient: number;
      verdict: Verdict;
      reply: Reply | null;
      failure: Failure | null;
      /** For `needsExtension`. */
      missing?: Keyword[];
    }
  /** Every recipient of this message has been told of. */
  | { type: 'messageDone'; message: number; reply: Reply | null }
  /** The server will take nothing on this connection. What was submitted is told of next. */
  | { type: 'failed'; failure: Failure; reply: Reply | null; missing?: Keyword[] }
  | OtherEvent;

/** What a server announced. */
export interface Extensions {
  keywords: Keyword[];
  mechanisms: Mechanism[];
  /** The largest message in bytes; null for no fixed limit. */
  size: number | null;
  mailMax: number | null;
  rcptMax: number | null;
  rcptDomainMax: number | null;
  deliverByMin: number | null;
  holdMax: number | null;
}

/**
 * The client's side, verb by verb. Verbs queue; what the server's extensions permit leaves in one packet.
 * Each returns the `id` that the event carries by which it ends.
 */
export class SmtpClient implements Session<SmtpClientEvent> {
  constructor(options?: SmtpClientOptions);
  /** In LMTP, LHLO. */
  ehlo(name: string): number;
  helo(name: string): number;
  starttls(): number;
  /** By any mechanism that is built in; challenges are answered by `authRespond()`. */
  auth(mechanism: Mechanism, credentials: Login): number;
  /** By any mechanism of yours, with its initial response if it has one. */
  auth(mechanism: string, initial?: Uint8Array): number;
  /** Answers a challenge; without a response, as the credentials say. */
  authRespond(response?: Uint8Array): void;
  authCancel(): void;
  /** How the exchange with credentials went so far. */
  loginOutcome(): LoginOutcome | null;
  /** `sender` is a mailbox without brackets, empty for reports. */
  mail(sender: string, parameters?: Parameters): number;
  rcpt(recipient: string, parameters?: Parameters): number;
  data(): number;
  /** Exactly `length` bytes follow by `sendData`. */
  bdat(length: number, last?: boolean): number;
  /** A piece of the message; returns how many bytes of it were taken: transmit, then pass the rest. */
  sendData(data: Uint8Array): number;
  /** Ends the message behind DATA. */
  finishData(): void;
  rset(): number;
  vrfy(text: string): number;
  expn(text: string): number;
  help(text?: string): number;
  noop(): number;
  quit(): number;
  /** Tells whom this client speaks for. */
  xclient(attributes: Record<string, string>): number;
  /** What the server announced last. */
  extensions(): Extensions;
  state(): State;
  /** Commands whose last reply has not come. */
  queuedCommands(): number;
}
export interface SmtpClient extends Session<SmtpClientEvent> {}

/**
 * The server's side. It answers what it can know; everything else is a question to you. Whoever accepts every
 * question accepts every login: answer `auth` and `authResponse` on their own first.
 */
export class SmtpServer implements Session<SmtpServerEvent> {
  constructor(options: SmtpServerOptions);
  /** Says yes to the question that waits, in your words if there are any. */
  accept(text?: string): void;
  /** Says no to it. */
  reject(code: number, text: string, enhanced?: string): void;
  /** Goes on with an exchange that you conduct: see the event `authResponse`. */
  challenge(challenge: Uint8Array): void;
  /** Refuses a bearer token, and says why. */
  rejectToken(refusal?: TokenRefusal): void;
  /** Ends the session with 421 as soon as what is in flight is finished. */
  shutDown(): void;
  state(): State;
  isAuthenticated(): boolean;
  /** Whether a question waits. */
  awaitsAnswer(): boolean;
}
export interface SmtpServer extends Session<SmtpServerEvent> {}

/** A whole delivery as one task: greeting, TLS, login, extensions, pipelining, verdicts, QUIT. */
export class SmtpSubmission implements Session<SmtpSubmissionEvent> {
  constructor(options: SmtpSubmissionOptions);
  /** Adds a message; returns the number by which events name it. */
  submit(envelope: Envelope): number;
  /** A piece of the message that is wanted; returns how many bytes of it were taken. */
  sendData(data: Uint8Array): number;
  /** Ends the message that is wanted. */
  finishData(): void;
  /** Says QUIT when every message that was submitted is done. */
  finish(): void;
  /** What the TLS channel is known by: after the event `startTls`, or at the start. {@link drive} says it by itself. */
  bindChannel(kind: ChannelBinding['kind'], data: Uint8Array): void;
  /** How the login went, once it is over. */
  loginOutcome(): LoginOutcome | null;
  /** What the server announced last. */
  extensions(): Extensions;
}
export interface SmtpSubmission extends Session<SmtpSubmissionEvent> {}
