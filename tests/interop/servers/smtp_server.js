// Two listeners of smtp-server that keep mail in maildirs; the settings are a JSON file.

const fs = require('fs');
const path = require('path');
const { SMTPServer } = require('smtp-server');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
let kept = 0;

function refusal(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

const common = {
  cert: fs.readFileSync(settings.certificate),
  key: fs.readFileSync(settings.key),
  size: settings.message_size,
  logger: false,

  onAuth(auth, session, done) {
    if (settings.accounts[auth.username] === auth.password) done(null, { user: auth.username });
    else done(refusal(535, 'wrong user name or password'));
  },

  onRcptTo(recipient, session, done) {
    const at = recipient.address.lastIndexOf('@');
    const localPart = recipient.address.slice(0, at).normalize('NFC');
    const here = recipient.address.slice(at + 1) === settings.domain;
    if (here && localPart === settings.later) done(refusal(450, 'come back later'));
    else if (here && localPart in settings.mailboxes) done();
    else done(refusal(550, 'no such user'));
  },

  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      if (stream.sizeExceeded) return done(refusal(552, 'too large'));
      const message = Buffer.concat(chunks);
      for (const { address } of session.envelope.rcptTo) keep(address, message);
      return done();
    });
  },
};

function keep(address, message) {
  const localPart = address.slice(0, address.lastIndexOf('@'));
  const folder = path.join(settings.folder, 'mail', settings.mailboxes[localPart]);
  fs.mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'new'), { recursive: true });
  const name = String(++kept).padStart(6, '0');
  fs.writeFileSync(path.join(folder, 'tmp', name), message);
  fs.renameSync(path.join(folder, 'tmp', name), path.join(folder, 'new', name));
}

function serve(options, port) {
  const server = new SMTPServer(options);
  // A connection that breaks off must not end the program.
  server.on('error', (error) => console.error(error.message));
  server.listen(port, '127.0.0.1');
}

const forAccounts = { ...common, authMethods: ['PLAIN', 'LOGIN'] };
serve({ ...common, authOptional: true, disabledCommands: ['AUTH'] }, settings.smtp);
serve(forAccounts, settings.submission);
serve({ ...forAccounts, secure: true }, settings.submissions);
