// What every entry exports beside its own way to load the module.

export { Driver, drive } from './driver.js';
export { MailprotoError, Refusal, SendError } from './errors.js';
export { SmtpClient, SmtpServer, SmtpSubmission } from './handles.js';
export { sendMail } from './send-mail.js';
export { serveConnection } from './serve-connection.js';
