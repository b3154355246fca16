/**
 * The types of every entry of the package. Import them from `mailproto`.
 *
 * @packageDocumentation
 */

export * from './types/fetch-mail.js';
export * from './types/pop3.js';
export * from './types/sasl.js';
export * from './types/send-mail.js';
export * from './types/serve-connection.js';
export * from './types/session.js';
export * from './types/smtp.js';
