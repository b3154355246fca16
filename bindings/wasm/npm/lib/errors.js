// Errors, and their words: the module tells only kinds, reasons and numbers.

const WORDS = {
  module: {
    notLoaded: 'mailproto is not loaded yet: await init() first',
    trapped: 'the WebAssembly module of mailproto has failed and cannot be used any more: load it anew, in a new worker or page (see cause)',
    freed: 'the session has been freed already',
    noStartTls: 'the socket has no startTls(), so TLS cannot begin on it',
  },
  misuse: {
    full: 'the queue is full: take events and transmit, then call again',
    controlCharacter: 'CR, LF or NUL in an argument, at byte {offset} of it: remove it',
    syntax: 'an argument breaks the grammar, at byte {offset} of it',
    tooLong: 'an argument is longer than {value} bytes',
    outOfOrder: 'the call has no place in the present state of the session',
    notOffered: 'the peer does not offer the extension that this call needs',
    bareLineEnd: 'bare CR, LF or NUL in message data: use CR LF line ends',
    replyCode: 'the reply code does not fit this stage: 4yz or 5yz',
    closed: 'the session is closed',
    noMemory: 'there is no memory for what the call needs: free some, then call again',
    argument: '{argument} has a wrong type or is out of range',
  },
  protocol: {
    startTlsInjection: 'plain text arrived behind STARTTLS',
    malformedReply: 'the server sent a reply without a three-digit code',
    unexpectedReply: 'the server sent a reply that no command asked for',
    bareLf: 'the peer sent a line that ends with LF alone',
    mixedReplyCodes: 'the server sent a reply whose lines carry different codes',
    earlyTalk: 'the client spoke before the greeting',
    malformedChallenge: 'the server sent a SASL challenge that is not base64',
    malformedResponse: 'the server sent a response without +OK or -ERR',
    unprovenServer: 'the server accepted the login before it proved who it is',
  },
  limit: {
    badCommands: 'more than {value} bad commands',
    failedAuth: 'more than {value} failed logins',
    saslRounds: 'more than {value} SASL challenges',
    reply: 'a reply of more than {value} bytes',
    memory: 'no memory for a buffer of {value} bytes',
  },
  closed: {
    endOfInput: 'the peer closed the connection in the middle of something',
    byPeer: 'the peer ended the session',
    timedOut: 'timed out waiting for {waitedFor}',
  },
};

const AWAITED = {
  greeting: 'the greeting',
  reply: 'the reply to a command',
  dataStart: 'the go-ahead for message data',
  dataBlock: 'the next piece of message data',
  dataEnd: 'the verdict on the message',
  command: 'the next command',
};

export class MailprotoError extends Error {
  constructor(description, options) {
    const words = WORDS[description.kind]?.[description.reason] ?? `${description.kind}: ${description.reason}`;
    const value = (_, name) => (name === 'waitedFor' ? AWAITED[description[name]] : description[name]);
    const text = words.replace(/\{(\w+)\}/g, value);
    const place = description.kind === 'protocol' && 'offset' in description ? `, at byte ${description.offset} of the connection` : '';
    super(text + place, options);
    Object.assign(this, description);
  }
}
MailprotoError.prototype.name = 'MailprotoError';

/** Thrown by a handler of serveConnection to say no in its own words. */
export class Refusal extends Error {
  constructor(code, text, enhanced) {
    super(text);
    this.code = code;
    this.enhanced = enhanced;
  }
}
Refusal.prototype.name = 'Refusal';

/** Whoever aborts looks for the name of the own reason. */
function nameFor(cause, name) {
  return cause?.name === 'AbortError' || cause?.name === 'TimeoutError' ? cause.name : name;
}

/** Why sendMail gave up; `result` says what became of each recipient all the same. */
export class SendError extends Error {
  constructor(message, result, options) {
    super(message, options);
    this.result = result;
    this.name = nameFor(options?.cause, 'SendError');
  }
}

/** Why fetchMail gave up, where it was the server that would not. */
export class FetchError extends Error {
  constructor(message, failure) {
    super(message);
    this.failure = failure;
  }
}
FetchError.prototype.name = 'FetchError';
