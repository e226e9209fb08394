/**
 * Packs the headers and body of an inbound message into one run of bytes, so that they are sealed
 * and destroyed together: 4 bytes big-endian length of the headers' JSON, the JSON, the body.
 */
export function packContent(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Uint8Array {
  const head = Buffer.from(JSON.stringify(headers), 'utf8');
  const packed = Buffer.allocUnsafe(4 + head.length + body.length);
  packed.writeUInt32BE(head.length, 0);
  head.copy(packed, 4);
  packed.set(body, 4 + head.length);
  return packed;
}

/** The inverse of `packContent`. Throws on other bytes, which can only be corrupt. */
export function unpackContent(packed: Uint8Array): {
  headers: Record<string, string>;
  body: Uint8Array;
} {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const headLength = buffer.readUInt32BE(0);
  if (4 + headLength > buffer.length) throw new Error('inbound message content is cut short');
  const headers = JSON.parse(buffer.toString('utf8', 4, 4 + headLength)) as Record<string, string>;
  return { headers, body: buffer.subarray(4 + headLength) };
}
