// Sessions: handles on state machines in the module, with the same verbs as in Rust.

import * as raw from '../mailproto.js';
import { MailprotoError } from './errors.js';
import * as layout from './layout.js';
import { alive, enter, view } from './module.js';

/** The most that is copied into the module at once: more would only grow its memory. */
const PIECE = 16_384;

const call = Symbol('call');

class Session {
  #handle;

  constructor(make) {
    this.#handle = enter(make);
  }

  [call](verb, ...values) {
    const handle = this.#handle;
    if (handle === undefined) throw new MailprotoError({ kind: 'module', reason: 'freed' });
    return enter(() => handle[verb](...values));
  }

  receiveSpace() {
    const length = this[call]('receiveLength');
    return view(this[call]('receivePointer'), length);
  }

  receive(bytes) {
    let taken = 0;
    while (taken < bytes.length) {
      const space = this.receiveSpace();
      if (space.length === 0) break;
      const piece = bytes.subarray(taken, taken + space.length);
      space.set(piece);
      this.received(piece.length);
      taken += piece.length;
    }
    return taken;
  }

  transmit() {
    const length = this[call]('transmitLength');
    return view(this[call]('transmitPointer'), length);
  }

  takeOutput() {
    const bytes = this.transmit().slice();
    this.transmitted(bytes.length);
    return bytes;
  }

  anomalies() {
    return layout.anomalyNames(this[call]('anomalies'));
  }

  isClosed() {
    return !this.wantsRead() && !this.wantsWrite();
  }

  free() {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined && alive()) enter(() => handle.free());
  }
}

// The name of a later standard: on older hosts it is there under this symbol of our own.
Session.prototype[Symbol.dispose ?? Symbol.for('Symbol.dispose')] = Session.prototype.free;

/** Gives a class verbs that pass their arguments on as they are. */
function passOn(Class, verbs) {
  for (const verb of verbs) {
    Class.prototype[verb] = function (...values) {
      return this[call](verb, ...values);
    };
  }
}

passOn(Session, [
  'received', 'receiveEof', 'nextEvent', 'transmitted', 'transmitLog', 'handleTime', 'nextTimeout',
  'wantsRead', 'wantsWrite', 'tlsStarted',
]);

export class SmtpClient extends Session {
  constructor(options) {
    const numbers = layout.numbers(layout.CLIENT, options);
    super(() => new raw.SmtpClient(numbers));
  }

  mail(sender, parameters) {
    return this.#envelope(false, layout.text(sender, 'sender'), parameters);
  }

  rcpt(recipient, parameters) {
    return this.#envelope(true, layout.text(recipient, 'recipient'), parameters);
  }

  #envelope(rcpt, mailbox, parameters) {
    const numbers = layout.numbers(layout.PARAMETERS, parameters);
    return this[call]('envelope', rcpt, mailbox, numbers, layout.parameterTexts(parameters));
  }

  auth(mechanism, credentials) {
    layout.text(mechanism, 'mechanism');
    if (credentials === undefined || credentials instanceof Uint8Array) {
      return this[call]('auth', mechanism, credentials);
    }
    const { user, password, authorization = '' } = credentials;
    const texts = Object.entries({ user, password, authorization }).map(([name, value]) => layout.text(value, name));
    return this[call]('authLogin', mechanism, ...texts);
  }

  sendData(data) {
    return inPieces(data, (piece) => this[call]('sendData', piece));
  }

  bdat(length, last = false) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new MailprotoError({ kind: 'misuse', reason: 'argument', argument: 'length' });
    }
    return this[call]('bdat', length, last);
  }

  xclient(attributes) {
    return this[call]('xclient', layout.pairs(attributes));
  }

  extensions() {
    return layout.extensions(this[call]('extensions'));
  }
}

// The verbs that are a word with at most one text, in the order in which the module numbers them.
['ehlo', 'helo', 'vrfy', 'expn', 'help', 'starttls', 'data', 'rset', 'noop', 'quit'].forEach((verb, number) => {
  SmtpClient.prototype[verb] = function (argument = '') {
    return this[call]('command', number, layout.text(argument, verb));
  };
});

passOn(SmtpClient, ['authRespond', 'authCancel', 'finishData', 'state', 'queuedCommands']);

export class SmtpServer extends Session {
  constructor(options = {}) {
    const name = layout.text(options.name, 'name');
    const numbers = layout.numbers(layout.SERVER, options);
    super(() => new raw.SmtpServer(name, numbers));
  }

  accept(words) {
    this[call]('accept', layout.optional(words, 'text'));
  }

  reject(code, words, enhanced) {
    this[call]('reject', code, layout.optional(enhanced, 'enhanced'), layout.text(words, 'text'));
  }
}

passOn(SmtpServer, ['challenge', 'shutDown', 'state', 'isAuthenticated', 'awaitsAnswer']);

export class SmtpSubmission extends Session {
  constructor(options = {}) {
    const { login } = options;
    const name = layout.text(options.name, 'name');
    const numbers = layout.numbers(layout.SUBMISSION, options);
    const texts = login && [
      layout.text(login.user, 'user'), layout.text(login.password, 'password'),
      layout.optional(login.authorization, 'authorization'), layout.optional(login.mechanism, 'mechanism'),
    ];
    super(() => new raw.SmtpSubmission(name, numbers, texts ?? []));
  }

  submit({ sender = '', recipients = [], envelopeId, ...wishes }) {
    const from = layout.text(sender, 'sender');
    const numbers = layout.numbers(layout.ENVELOPE, wishes);
    const each = Array.from(recipients, (recipient) => {
      const { address, notify, original } = typeof recipient === 'string' ? { address: recipient } : recipient;
      return [layout.text(address, 'address'), layout.notifyBits(notify), layout.original(original)];
    });
    this[call]('prepare', from, numbers, layout.optional(envelopeId, 'envelopeId'));
    for (const recipient of each) this[call]('recipient', ...recipient);
    return this[call]('submit');
  }

  sendData(data) {
    return inPieces(data, (piece) => this[call]('sendData', piece));
  }

  extensions() {
    return layout.extensions(this[call]('extensions'));
  }
}

passOn(SmtpSubmission, ['finishData', 'finish']);

/** Passes bytes on piece by piece, and returns how many were taken. */
function inPieces(bytes, pass) {
  let taken = 0;
  do {
    const piece = bytes.subarray(taken, taken + PIECE);
    const count = pass(piece);
    taken += count;
    if (count < piece.length) break;
  } while (taken < bytes.length);
  return taken;
}
