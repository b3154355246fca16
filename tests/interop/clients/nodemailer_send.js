// Sends one message with Nodemailer; the settings are a JSON file.

const fs = require('fs');
const nodemailer = require('nodemailer');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const message = fs.readFileSync(settings.message);
const transport = nodemailer.createTransport({
  host: settings.host,
  port: settings.port,
  name: settings.name,
  secure: settings.encryption === 'implicit',
  requireTLS: settings.encryption === 'starttls',
  ignoreTLS: settings.encryption === 'none',
  tls: { ca: fs.readFileSync(settings.authority) },
  authMethod: settings.login?.mechanism,
  auth: settings.login && { user: settings.login.user, pass: settings.login.password },
  logger: message.length < 100_000,
  debug: message.length < 100_000,
});

transport
  .sendMail({ envelope: { from: settings.from, to: settings.to, use8BitMime: true }, raw: message })
  .then((sent) => console.log('rejected:', sent.rejected))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
