// Message data in every form that a host may have it in.

const encoder = new TextEncoder();

/** Bytes of a piece: text is UTF-8. */
export function encode(piece) {
  if (typeof piece === 'string') return encoder.encode(piece);
  if (piece instanceof Uint8Array) return piece;
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  throw new TypeError('message data must be text or bytes');
}

/** Whether all of the data is at hand. */
export function isWhole(data) {
  return typeof data === 'string' || data instanceof ArrayBuffer || ArrayBuffer.isView(data);
}

/** The data as an asynchronous sequence of pieces. */
export function pieces(data) {
  if (isWhole(data)) return one(data);
  if (typeof data?.stream === 'function') return pieces(data.stream());
  if (data?.[Symbol.asyncIterator] || data?.[Symbol.iterator]) return each(data);
  if (typeof data?.getReader === 'function') return read(data);
  throw new TypeError('data must be a string, bytes, a Blob, a ReadableStream or an iterable of pieces');
}

async function* one(data) {
  yield data;
}

async function* each(data) {
  yield* data;
}

/** For hosts whose streams cannot be iterated. */
async function* read(stream) {
  const reader = stream.getReader();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    whole = true;
  } finally {
    if (!whole) reader.cancel().catch(() => {});
  }
}

/**
 * What a whole message needs of a server: bytes that are not ASCII (RFC 6152), the same in its headers
 * (RFC 6531), and its size as SIZE counts it, with CR LF at the end of each line (RFC 1870 §3).
 */
export function survey(bytes) {
  let eightBit = false;
  let headers = true;
  let headersEightBit = false;
  let bareEnds = 0;
  let lineStart = true;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === 13 && bytes[index + 1] === 10) continue;
    if (byte === 10 || byte === 13) {
      if (byte === 13 || bytes[index - 1] !== 13) bareEnds += 1;
      if (lineStart) headers = false;
      lineStart = true;
      continue;
    }
    lineStart = false;
    if (byte >= 128) {
      eightBit = true;
      headersEightBit ||= headers;
    }
  }
  const unfinished = bytes.length > 0 && !lineStart ? 2 : 0;
  return { eightBit, headersEightBit, size: bytes.length + bareEnds + unfinished };
}
