// Sockets of the one-call helpers: made, judged, thrown away.

export async function connected(caller, { socket, connect, signal }) {
  signal?.throwIfAborted();
  if (socket) return socket;
  if (typeof connect !== 'function') throw new TypeError(`${caller} needs a socket, or connect: a function that makes one`);
  const made = await connect({ signal });
  if (signal?.aborted) {
    await discard(made, signal.reason);
    throw signal.reason;
  }
  return made;
}

export async function discard(socket, reason) {
  await Promise.allSettled([socket.writable.abort(reason), socket.readable.cancel(reason)]);
}

/** The policy for a socket: what is secure already is not asked to become so, what cannot become so is not where it need not. */
export function tlsFor(policy, socket) {
  if (socket.secure === true && policy !== 'none') return 'implicit';
  return policy === 'opportunistic' && typeof socket.startTls !== 'function' ? 'none' : policy;
}
