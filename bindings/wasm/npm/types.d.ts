/**
 * The types of every entry of the package. Import them from `mailproto`.
 *
 * @packageDocumentation
 */

// ---------------------------------------------------------------------------------------------------
// Sockets

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
}

// ---------------------------------------------------------------------------------------------------
// Names

/** An extension that the library knows, by its keyword in the EHLO reply. */
export type Keyword =
  | 'PIPELINING' | 'SIZE' | '8BITMIME' | 'SMTPUTF8' | 'CHUNKING' | 'BINARYMIME' | 'DSN' | 'ENHANCEDSTATUSCODES'
  | 'STARTTLS' | 'AUTH' | 'REQUIRETLS' | 'LIMITS' | 'DELIVERBY' | 'MT-PRIORITY' | 'FUTURERELEASE' | 'RRVS'
  | 'XCLIENT' | 'VRFY' | 'EXPN' | 'HELP';

/** A mechanism of AUTH that the library has a name for. */
export type Mechanism =
  | 'ANONYMOUS' | 'LOGIN' | 'PLAIN' | 'CRAM-MD5' | 'SCRAM-SHA-1' | 'SCRAM-SHA-1-PLUS' | 'SCRAM-SHA-256'
  | 'SCRAM-SHA-256-PLUS' | 'SCRAM-SHA-512' | 'SCRAM-SHA-512-PLUS' | 'XOAUTH2' | 'OAUTHBEARER' | 'EXTERNAL';

/** A departure from the grammar that was seen and tolerated. */
export type Anomaly =
  | 'bare_lf' | 'mixed_reply_codes' | 'reply_not_utf8' | 'truncated_reply' | 'malformed_ehlo_line' | 'auth_equals'
  | 'space_before_path' | 'missing_brackets' | 'extra_space' | 'loose_mailbox' | 'loose_hello_name'
  | 'bare_line_end_in_data' | 'early_talk' | 'odd_reply_code' | 'status_case' | 'missing_number'
  | 'ok_for_challenge' | 'malformed_line';

/** Where a conversation stands. */
export type State =
  | 'Connected' | 'Greeted' | 'Ready' | 'Sender' | 'Recipients' | 'Data' | 'Chunks' | 'Handshake' | 'Ended';

/** The command that a reply ends. */
export type Verb =
  | 'greeting' | 'EHLO' | 'HELO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'end of data' | 'BDAT'
  | 'BDAT LAST' | 'RSET' | 'VRFY' | 'EXPN' | 'HELP' | 'NOOP' | 'QUIT' | 'XCLIENT' | 'TLS';

/** What a session waits for. */
export type TimeoutReason = 'greeting' | 'reply' | 'dataStart' | 'dataBlock' | 'dataEnd' | 'command';

// ---------------------------------------------------------------------------------------------------
// Errors

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

/**
 * Why {@link sendMail} gave up. What became of each recipient is in `result` all the same; the reason of a
 * broken connection is in `cause`. Its name is `AbortError` or `TimeoutError` if that of the cause is.
 */
export class SendError extends Error {
  readonly result: SendResult;
}

// ---------------------------------------------------------------------------------------------------
// Options

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

/** What every session can be told. */
export interface SessionOptions {
  /** LMTP is LHLO for EHLO, and a verdict for each recipient. Default `smtp`. */
  protocol?: 'smtp' | 'lmtp';
  /** What happens to bare CR and LF in message data: they are never passed on as they are. */
  lineEnds?: 'refuse' | 'canonicalise';
  limits?: Limits;
  /** What is tolerated of the peer: a choice, or the names of it. */
  leniency?: 'default' | 'lenient' | 'strict' | Anomaly[];
}

/** How long a client waits, in seconds; the defaults are the least of RFC 5321 §4.5.3.2. */
export interface ClientTimeouts {
  greeting?: number;
  reply?: number;
  dataStart?: number;
  dataBlock?: number;
  dataEnd?: number;
}

export interface SmtpClientOptions extends SessionOptions {
  timeouts?: ClientTimeouts;
}

export interface SmtpServerOptions extends SessionOptions {
  /** The server's own name, at most 64 bytes. */
  name: string;
  /** Extensions to offer beside the default ones: STARTTLS, AUTH, DSN and so on. */
  offer?: Keyword[];
  /** Extensions of the default ones not to offer. */
  withhold?: Keyword[];
  /** The mechanisms of AUTH. Default PLAIN and LOGIN, which ask for nothing but a yes or no. */
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

/** Who to be, and the proof. */
export interface Login {
  user: string;
  password: string;
  /** Whom to act as, if not oneself. Only PLAIN can say it. */
  authorization?: string;
  /** The mechanism to use; the best that the server offers if it is left out. */
  mechanism?: Mechanism;
  /** Send the password even in plain text. */
  allowWithoutTls?: boolean;
}

export interface SmtpSubmissionOptions extends SmtpClientOptions {
  /** What EHLO says this host is: a domain, or an address literal such as `[192.0.2.1]`. */
  name: string;
  /**
   * `opportunistic` (the default): STARTTLS if it is offered; whoever sits on the line can take the offer
   * away. `starttls`: STARTTLS, or nothing is sent. `implicit`: the socket is under TLS already. `none`.
   */
  tls?: 'opportunistic' | 'none' | 'starttls' | 'implicit';
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

// ---------------------------------------------------------------------------------------------------
// Events

/** What a server said. */
export interface Reply {
  code: number;
  /** Such as `5.1.1`. */
  enhanced: string | null;
  /** Its lines without codes, for a person to read. Untrusted. */
  text: string;
}

/** An event that this version of the package has no name for. */
export interface OtherEvent {
  type: 'other';
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
  | { type: 'auth'; question: true; mechanism: Mechanism; authorization: string; user: string; password: string }
  /**
   * An exchange by CRAM-MD5 or SCRAM, which you conduct: go on with `challenge`, or end it by `accept` or
   * `reject`. `response` is what the client said, decoded; null where the server speaks first.
   */
  | { type: 'authResponse'; question: true; mechanism: Mechanism; first: boolean; response: Uint8Array | null }
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

// ---------------------------------------------------------------------------------------------------
// Sessions

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
  /** By a mechanism that is built in, PLAIN or LOGIN; challenges are answered by `authRespond()`. */
  auth(mechanism: 'PLAIN' | 'LOGIN', credentials: Pick<Login, 'user' | 'password' | 'authorization'>): number;
  /** By any mechanism of yours, with its initial response if it has one. */
  auth(mechanism: string, initial?: Uint8Array): number;
  /** Answers a challenge; without a response, as the credentials say. */
  authRespond(response?: Uint8Array): void;
  authCancel(): void;
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

/** The server's side. It answers what it can know; everything else is a question to you. */
export class SmtpServer implements Session<SmtpServerEvent> {
  constructor(options: SmtpServerOptions);
  /** Says yes to the question that waits, in your words if there are any. */
  accept(text?: string): void;
  /** Says no to it. */
  reject(code: number, text: string, enhanced?: string): void;
  /** Goes on with an exchange that you conduct: see the event `authResponse`. */
  challenge(challenge: Uint8Array): void;
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
  /** What the server announced last. */
  extensions(): Extensions;
}
export interface SmtpSubmission extends Session<SmtpSubmissionEvent> {}

// ---------------------------------------------------------------------------------------------------
// Driving

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

// ---------------------------------------------------------------------------------------------------
// Sending

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
  /** Default `starttls` with `auth`, `opportunistic` without. */
  tls?: SmtpSubmissionOptions['tls'];
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
  failure: { reason: Failure; reply: Reply | null } | null;
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

// ---------------------------------------------------------------------------------------------------
// Serving

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
  /** Compare in constant time. With this handler AUTH is offered. */
  onAuth?(credentials: Extract<SmtpServerEvent, { type: 'auth' }>, session: ServedSession): Answer;
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
