// A message from beginning to end: one call, one result.

import { encode, isWhole, survey } from './content.js';
import { Driver } from './driver.js';
import { SendError } from './errors.js';
import { SmtpSubmission } from './smtp.js';
import { connected, discard, tlsFor } from './socket.js';

/** Why a recipient was refused when it was not the server's doing. */
const FAILURES = {
  greeting: 'the server did not greet',
  hello: 'the server refused EHLO and HELO',
  tlsNotOffered: 'TLS is required and the server does not offer it',
  tlsRefused: 'TLS is required and the server refused to begin',
  loginNotOffered: 'the server offers no login that may be used here',
  loginRefused: 'the server refused the login',
  needsExtension: 'the message needs extensions that the server does not offer',
  tooLarge: 'the server takes no message of this size',
  badAddress: 'the address breaks the grammar',
  limitReached: 'the server takes no more recipients or messages on this connection',
  connectionLost: 'the connection broke',
};

export async function sendMail(options) {
  const { data, signal } = options;
  const recipients = [options.to].flat().map((to) => (typeof to === 'string' ? { address: to } : to));
  const content = isWhole(data) ? encode(data) : undefined;
  const wishes = envelope(options, recipients, content);
  const progress = new Progress(recipients, wishes, options);
  const socket = await connected('sendMail', options);
  let session;
  let driver;
  try {
    session = new SmtpSubmission(terms(options, socket));
    session.submit(wishes);
    session.finish();
    driver = new Driver(session, socket, { signal, tlsOptions: options.tlsOptions });
    for await (const event of driver) {
      progress.hear(event, session);
      if (event.type === 'bodyWanted') await driver.sendBody(content ?? data);
    }
  } catch (error) {
    progress.error = error;
    if (session) progress.settle(session);
    if (!driver) await discard(socket, error);
  } finally {
    await driver?.close();
    session?.free();
  }
  return progress.conclude();
}

/** The terms of the connection. */
function terms(options, socket) {
  const { auth, name = '[127.0.0.1]', protocol, chunking, lineEnds, limits, leniency, timeouts } = options;
  // A password is not sent in plain text because somebody on the line took the offer of TLS away.
  const tls = tlsFor(options.tls ?? (auth ? 'starttls' : 'opportunistic'), socket);
  return { name, protocol, tls, login: auth, chunking, lineEnds, limits, leniency, timeouts };
}

/** The envelope, and what the content asks of the server. */
function envelope(options, recipients, content) {
  const { from: sender, ret, envelopeId, requireTls, deliverBy, priority, holdFor } = options;
  const found = content && survey(content);
  // Of a stream nothing is known, so that it is declared as what it may be.
  const eightBit = found ? found.eightBit : true;
  const { body = eightBit ? '8bitmime' : '7bit', smtpUtf8 = found?.headersEightBit, size = found?.size } = options;
  return {
    sender, recipients, body, smtpUtf8, size, ret, envelopeId, requireTls, deliverBy, priority, holdFor,
  };
}

/** What has become of the work. */
class Progress {
  #recipients;
  #wishes;
  #auth;
  #chunking;
  #settled = new Set();
  #result = {
    accepted: [],
    refused: [],
    unknown: [],
    reply: null,
    queuedAs: null,
    failure: null,
    extensionsUsed: [],
  };
  error;

  constructor(recipients, wishes, { auth, chunking }) {
    this.#recipients = recipients;
    this.#wishes = wishes;
    this.#auth = auth;
    this.#chunking = chunking || wishes.body === 'binarymime';
  }

  hear(event, session) {
    const result = this.#result;
    switch (event.type) {
      case 'startTls':
        result.extensionsUsed.push('STARTTLS');
        break;
      case 'bodyWanted':
        result.extensionsUsed.push(...this.#used(session.extensions()));
        break;
      case 'recipient':
        this.#settle(event);
        break;
      case 'messageDone':
        result.reply = event.reply;
        if (result.accepted.length > 0) result.queuedAs = queueId(event.reply);
        break;
      case 'failed':
        result.failure = { reason: event.failure, reply: event.reply, login: session.loginOutcome() };
        break;
    }
  }

  /** Hears what became of the recipients when the line broke. */
  settle(session) {
    try {
      session.receiveEof();
      for (let event; (event = session.nextEvent()); ) this.hear(event, session);
    } catch {
      // The reason is known already.
    }
  }

  conclude() {
    const { error } = this;
    const result = this.#result;
    this.#recipients.forEach((recipient, index) => {
      if (!this.#settled.has(index)) {
        this.#settle({ recipient: index, verdict: 'transient', failure: 'connectionLost', reply: null });
      }
    });
    const all = result.accepted.length === this.#recipients.length;
    if (result.accepted.length > 0 && (all || !error)) return result;
    throw new SendError(this.#reason(), result, error && { cause: error });
  }

  #reason() {
    const [first] = this.#result.refused;
    if (this.error) return this.error.message ?? String(this.error);
    const code = first?.code ? `${first.code} ${first.enhanced ? `${first.enhanced} ` : ''}` : '';
    return first ? `nobody accepted the message: ${code}${first.text}` : 'nobody is known to have accepted the message';
  }

  #settle({ recipient, verdict, failure, missing, reply }) {
    const { address } = this.#recipients[recipient];
    this.#settled.add(recipient);
    if (verdict === 'accepted') {
      this.#result.accepted.push(address);
    } else if (verdict === 'unknown') {
      this.#result.unknown.push(address);
    } else {
      const words = missing ? `${FAILURES[failure]}: ${missing.join(', ')}` : FAILURES[failure];
      this.#result.refused.push({
        address,
        code: reply?.code ?? null,
        enhanced: reply?.enhanced ?? null,
        text: reply?.text ?? words ?? '',
        permanent: verdict === 'permanent',
        reason: failure,
      });
    }
  }

  /** The extensions that the message makes use of, of those that the server offers. */
  #used({ keywords }) {
    const wishes = this.#wishes;
    const dsn = wishes.ret || wishes.envelopeId || wishes.recipients.some(({ notify, original }) => notify || original);
    const international = [wishes.sender ?? '', ...wishes.recipients.map(({ address }) => address)].some((address) =>
      /[^\0-\x7f]/.test(address),
    );
    const uses = {
      PIPELINING: true,
      AUTH: this.#auth,
      CHUNKING: this.#chunking,
      SIZE: wishes.size !== undefined,
      '8BITMIME': wishes.body === '8bitmime',
      BINARYMIME: wishes.body === 'binarymime',
      SMTPUTF8: wishes.smtpUtf8 || international,
      DSN: dsn,
      REQUIRETLS: wishes.requireTls,
      DELIVERBY: wishes.deliverBy,
      'MT-PRIORITY': wishes.priority !== undefined,
      FUTURERELEASE: wishes.holdFor !== undefined,
    };
    return keywords.filter((keyword) => uses[keyword]);
  }
}

/** The name that the server gave the message, where its last words tell one: `queued as 4XyZ`, `id=1a-b`. */
function queueId(reply) {
  return /\b(?:queued as|id=)\s*<?([\w.+-]+)/i.exec(reply?.text ?? '')?.[1] ?? null;
}
