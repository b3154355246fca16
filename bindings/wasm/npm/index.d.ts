/**
 * SMTP, LMTP and POP3, client and server, as pure state machines: bytes in, events out, over any sockets.
 *
 * ```js
 * import { init, sendMail } from 'mailproto';
 * import { connect } from 'mailproto/node';
 *
 * await init();
 * const result = await sendMail({
 *   connect: () => connect({ host: 'mail.example.org', port: 587 }),
 *   auth: { user: 'tim', password: 'secret' },
 *   from: 'tim@example.org',
 *   to: ['kurt@example.net', 'ursel@example.net'],
 *   data: 'Subject: hello\n\nHello.\n',
 * });
 * ```
 *
 * @packageDocumentation
 */

export * from './types.js';

/**
 * Loads the WebAssembly module. Call it before anything else, and as often as you like: it is loaded once.
 *
 * @param source where it is, or what it is, if not the file of this package
 */
export function init(source?: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void>;
