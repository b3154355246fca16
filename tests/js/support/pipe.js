// Two sockets joined in memory.

export function pair() {
  const there = new TransformStream();
  const back = new TransformStream();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** All of a stream. */
export async function collect(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A client and a server by turns, with what each hears, at `size` bytes a time. */
export function converse(client, server, { hearClient, hearServer, size = Infinity }) {
  const move = (from, to) => {
    const bytes = from.transmit().slice(0, size);
    if (bytes.length === 0) return false;
    from.transmitted(to.receive(bytes));
    return true;
  };
  const hear = (session, listener) => {
    let heard = false;
    for (let event; (event = session.nextEvent()); heard = true) listener(event);
    return heard;
  };
  for (let busy = true; busy; ) {
    busy = hear(server, hearServer);
    busy = hear(client, hearClient) || busy;
    busy = move(server, client) || busy;
    busy = move(client, server) || busy;
  }
}
