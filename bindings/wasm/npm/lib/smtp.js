// The sessions of SMTP and LMTP, with the same verbs as in Rust.

import * as raw from '../mailproto.js';
import { MailprotoError } from './errors.js';
import * as layout from './layout.js';
import { authenticates, judges, loginOf, NOBODY } from './sasl.js';
import { call, passOn, sendsData, Session } from './session.js';

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

authenticates(SmtpClient);
sendsData(SmtpClient);
passOn(SmtpClient, ['state', 'queuedCommands']);

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

judges(SmtpServer);
passOn(SmtpServer, ['shutDown', 'state', 'isAuthenticated', 'awaitsAnswer']);

export class SmtpSubmission extends Session {
  #login;

  constructor(options = {}) {
    const name = layout.text(options.name, 'name');
    const numbers = layout.numbers(layout.SUBMISSION, options);
    const login = options.login == null ? NOBODY : loginOf(options.login);
    super(() => new raw.SmtpSubmission(name, numbers, ...login));
    this.#login = login !== NOBODY;
  }

  /** Without a login there is nothing to bind. */
  bindChannel(kind, data) {
    if (this.#login) this[call]('bindChannel', kind, data);
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

  extensions() {
    return layout.extensions(this[call]('extensions'));
  }
}

sendsData(SmtpSubmission);
passOn(SmtpSubmission, ['finish', 'loginOutcome']);
