/**
 * Node's sockets as the streams that sessions run on, with STARTTLS for both sides.
 *
 * @packageDocumentation
 */

import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocketOptions } from 'node:tls';
import type { ChannelBinding, DuplexSocket } from './types.js';

export interface NodeSocket extends DuplexSocket {
  startTls(options?: ConnectionOptions | TLSSocketOptions): Promise<NodeSocket>;
  readonly closed: Promise<void>;
  readonly secure: boolean;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  /** The exporter of TLS 1.3 (RFC 9266). */
  channelBinding(): ChannelBinding | undefined;
}

export interface ConnectOptions {
  /** Default `localhost`. */
  host?: string;
  port: number | string;
  /** Begin TLS before the first byte, as for port 465. */
  implicitTls?: boolean;
  /** For TLS now or by STARTTLS: `ca`, `servername`, `rejectUnauthorized` and so on. */
  tls?: ConnectionOptions;
  signal?: AbortSignal;
}

/** Connects to a server. */
export function connect(options: ConnectOptions): Promise<NodeSocket>;

/** Takes a socket that a server of `node:net` or `node:tls` has accepted; `tls` is for STARTTLS. */
export function accept(socket: Socket, tls?: TLSSocketOptions): NodeSocket;
