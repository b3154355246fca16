// The sessions of SMTP and LMTP, with the same verbs as in Rust.

import { MailprotoError } from './errors.js';
import * as layout from './layout.js';
import { authenticates, judges, loginOf, NOBODY } from './sasl.js';
import { plainly, sendsData, Session, verb } from './session.js';

export class SmtpClient extends Session {
  constructor(options) {
    super('SmtpClient', layout.numbers(layout.CLIENT, options));
  }

  mail(sender, parameters) {
    return this.#envelope('mail', layout.text(sender, 'sender'), parameters);
  }

  rcpt(recipient, parameters) {
    return this.#envelope('rcpt', layout.text(recipient, 'recipient'), parameters);
  }

  #envelope(name, mailbox, parameters) {
    const numbers = layout.numbers(layout.PARAMETERS, parameters);
    return this[verb](name, numbers, [mailbox, ...layout.parameterTexts(parameters)]);
  }

  bdat(length, last = false) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new MailprotoError({ kind: 'misuse', reason: 'argument', argument: 'length' });
    }
    return this[verb]('bdat', [length, last]);
  }

  xclient(attributes) {
    return this[verb]('xclient', [], layout.pairs(attributes));
  }

  extensions() {
    return layout.extensions(this[verb]('extensions'));
  }
}

// A word and a text.
for (const name of ['ehlo', 'helo', 'vrfy', 'expn', 'help']) {
  SmtpClient.prototype[name] = function (argument = '') {
    return this[verb](name, [], [layout.text(argument, name)]);
  };
}

authenticates(SmtpClient);
sendsData(SmtpClient);
plainly(SmtpClient, ['starttls', 'data', 'rset', 'noop', 'quit', 'state', 'queuedCommands']);

export class SmtpServer extends Session {
  constructor(options = {}) {
    const name = layout.text(options.name, 'name');
    super('SmtpServer', layout.numbers(layout.SERVER, options), [name]);
  }

  accept(words) {
    this[verb]('accept', [], [layout.optional(words, 'text')]);
  }

  reject(code, words, enhanced) {
    this[verb]('reject', [code], [layout.text(words, 'text'), layout.optional(enhanced, 'enhanced')]);
  }
}

judges(SmtpServer);
plainly(SmtpServer, ['shutDown', 'state', 'isAuthenticated', 'awaitsAnswer']);

export class SmtpSubmission extends Session {
  #login;

  constructor(options = {}) {
    const name = layout.text(options.name, 'name');
    const numbers = layout.numbers(layout.SUBMISSION, options);
    const login = options.login == null ? NOBODY : loginOf(options.login);
    const [account, texts, binding] = login;
    super('SmtpSubmission', [...numbers, ...account], [name, ...texts], binding);
    this.#login = login !== NOBODY;
  }

  /** Without a login there is nothing to bind. */
  bindChannel(kind, data) {
    if (this.#login) this[verb]('bindChannel', [], [layout.text(kind, 'kind')], data);
  }

  submit({ sender = '', recipients = [], envelopeId, ...wishes }) {
    const from = layout.text(sender, 'sender');
    const numbers = layout.numbers(layout.ENVELOPE, wishes);
    const each = Array.from(recipients, (recipient) => {
      const { address, notify, original } = typeof recipient === 'string' ? { address: recipient } : recipient;
      return [[layout.notifyBits(notify)], [layout.text(address, 'address'), ...layout.original(original)]];
    });
    this[verb]('prepare', numbers, [from, layout.optional(envelopeId, 'envelopeId')]);
    for (const recipient of each) this[verb]('recipient', ...recipient);
    return this[verb]('submit');
  }

  extensions() {
    return layout.extensions(this[verb]('extensions'));
  }
}

sendsData(SmtpSubmission);
plainly(SmtpSubmission, ['finish', 'loginOutcome']);
