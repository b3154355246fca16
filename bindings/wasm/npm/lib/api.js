// What every entry exports beside its own way to load the module.

export { Driver, drive } from './driver.js';
export { FetchError, MailprotoError, Refusal, SendError } from './errors.js';
export { fetchMail } from './fetch-mail.js';
export { apopDigest, Pop3Client, Pop3Download, Pop3Server } from './pop3.js';
export { bestMechanism, saslPrepare, ScramServer, scramUnknownUser, scramVerifier } from './sasl.js';
export { sendMail } from './send-mail.js';
export { serveConnection } from './serve-connection.js';
export { SmtpClient, SmtpServer, SmtpSubmission } from './smtp.js';
