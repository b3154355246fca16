/**
 * Authentication, for every protocol.
 *
 * @packageDocumentation
 */

/** A mechanism of AUTH. */
export type Mechanism =
  | 'ANONYMOUS' | 'LOGIN' | 'PLAIN' | 'CRAM-MD5' | 'SCRAM-SHA-1' | 'SCRAM-SHA-1-PLUS' | 'SCRAM-SHA-256'
  | 'SCRAM-SHA-256-PLUS' | 'SCRAM-SHA-512' | 'SCRAM-SHA-512-PLUS' | 'XOAUTH2' | 'OAUTHBEARER' | 'EXTERNAL';

/** What both ends of one TLS channel know (RFC 5929, RFC 9266). */
export interface ChannelBinding {
  kind: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';
  data: Uint8Array;
}

/**
 * Who to be, and one proof of it: a `token`, else a `password`, else what the connection proves, else nobody.
 *
 * For SCRAM a user and a password beyond ASCII are prepared by {@link saslPrepare}. Where that changes or
 * forbids them SCRAM is used only if it is `mechanism`, because every other mechanism takes them as they are.
 */
export interface Login {
  user?: string;
  password?: string;
  /** A bearer token, for XOAUTH2 and OAUTHBEARER. */
  token?: string;
  /** The certificate of the TLS client, or the like, proves it: EXTERNAL. */
  external?: boolean;
  /** Nobody in particular, who leaves this word about itself: ANONYMOUS. */
  anonymous?: string;
  /** Whom to act as, if not oneself. Only SCRAM, PLAIN and EXTERNAL can say it. */
  authorization?: string;
  /** The mechanism to use; the best that the server offers if it is left out. */
  mechanism?: Mechanism;
  /** Nothing but these may be used. */
  allow?: Mechanism[];
  /** Send the password or token even in plain text. */
  allowWithoutTls?: boolean;
  /** What the TLS channel is known by, where no driver tells it. */
  binding?: ChannelBinding;
  /** The iterations that SCRAM may be asked for; fewer or more end the login. Default 4,096 to a million. */
  iterations?: { least?: number; most?: number };
  /** Printable, and new for every exchange. Default: 18 bytes of `crypto.getRandomValues`. */
  nonce?: string;
}

/** What a mechanism says went wrong. */
export type LoginFailure =
  | 'malformed' | 'noRoom' | 'prohibited' | 'nonceChanged' | 'fewIterations' | 'manyIterations' | 'badSignature'
  | 'badProof' | 'bindingMismatch' | 'downgrade' | 'unknownExtension' | 'refused' | 'tokenRefused' | 'other';

/** How a login went. */
export interface LoginOutcome {
  /** The mechanism that was tried last. */
  mechanism: Mechanism;
  /** What went wrong within it, if something did. */
  failure: LoginFailure | null;
  /** Why the server refused the token: the JSON that it sent, at most its first 256 bytes. Untrusted. */
  tokenError: string | null;
}

/**
 * The best mechanism of those that a server offers, on the terms of a login; undefined if none may be used.
 * In plain text that is none that shows a password or token, unless the login allows it.
 */
export function bestMechanism(
  offered: Mechanism[],
  login: Login,
  options?: { tls?: boolean },
): Mechanism | undefined;

/**
 * SASLprep (RFC 4013), by the Unicode of the host: one form for texts that look the same; null if it is
 * forbidden. What runs from right to left is told by its script.
 */
export function saslPrepare(text: string): string | null;

/** A client of a server says who it is: compare in constant time. */
export interface AuthQuestion {
  type: 'auth';
  question: true;
  mechanism: Mechanism;
  /** Whom it wants to act as; empty for itself. */
  authorization: string;
  user: string;
  /** What proves it: the field of this name, or what the connection says, or nothing. */
  proof: 'password' | 'token' | 'external' | 'anonymous' | 'other';
  password: string;
  token: string;
  /** The word that somebody anonymous left. */
  trace: string;
}

/**
 * An exchange by CRAM-MD5 or SCRAM, which you conduct: go on with `challenge`, or end it by `accept` or
 * `reject`. `response` is what the client said, decoded; null where the server speaks first.
 * {@link ScramServer} knows how.
 */
export interface AuthResponseQuestion {
  type: 'authResponse';
  question: true;
  mechanism: Mechanism;
  first: boolean;
  response: Uint8Array | null;
}

/** Why a token is refused (RFC 7628 §3.2.2). */
export interface TokenRefusal {
  /** Default `invalid_token`. */
  status?: string;
  scope?: string;
  openidConfiguration?: string;
}

/** The hash function of a {@link ScramVerifier}. */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** What a server keeps of a user: enough to verify a proof, too little to make one. */
export interface ScramVerifier {
  hash: ScramHash;
  salt: Uint8Array;
  iterations: number;
  storedKey: Uint8Array;
  serverKey: Uint8Array;
}

/** What to keep of a password. The salt is random unless it is given. Runs all iterations at once. */
export function scramVerifier(
  hash: ScramHash,
  password: string,
  options?: { salt?: Uint8Array; iterations?: number },
): ScramVerifier;

/**
 * What stands for a user that does not exist, so that no answer tells it from one that does. `secret` is the
 * server's own, random and kept.
 */
export function scramUnknownUser(
  hash: ScramHash,
  secret: Uint8Array,
  user: string,
  options?: { iterations?: number },
): ScramVerifier;

/** What comes next in an exchange. */
export type ScramStep =
  /** Find what is kept of the user, and go on with `challenge`. */
  | { type: 'user'; user: string; authorization: string }
  /** Pass it on to `challenge` of the session. */
  | { type: 'challenge'; challenge: Uint8Array }
  /** Accept. */
  | { type: 'complete'; user: string; authorization: string }
  /** Reject. Why is for logs: to the client every reason is the same. */
  | { type: 'failed'; failure: LoginFailure };

export interface ScramServerOptions {
  /** The client was offered a `-PLUS` mechanism: one that was made to believe otherwise is refused. */
  boundOffered?: boolean;
  /** What the TLS channel is known by. */
  binding?: ChannelBinding;
  /** Default: random. */
  nonce?: string;
}

/** The server's side of one exchange by SCRAM, for the event `authResponse`. Free it, as a session. */
export class ScramServer implements Disposable {
  constructor(mechanism: Mechanism, options?: ScramServerOptions);
  /** Takes a response. */
  respond(response: Uint8Array): ScramStep;
  /** Goes on with what is kept of the user. */
  challenge(verifier: ScramVerifier): ScramStep;
  free(): void;
}
export interface ScramServer extends Disposable {}
