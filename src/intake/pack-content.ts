import { existsSync, readFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Compresses inbound messages before they are sealed, because sealed bytes do not compress. Each is
 * compressed alone, so that it can be erased alone, with what its carrier's messages repeat as the
 * preset dictionary: a push of 4,750 bytes takes 770 (1,380 without it).
 *
 * Packed bytes: 1 version of the dictionary · deflated content. The content is 4 bytes of length,
 * big-endian · the headers as JSON · the body. Uncompressed it stands alone, and its first byte,
 * which belongs to the length, is 0.
 */
const WITHOUT_DICTIONARY = 255;
const UNCOMPRESSED = 0;
/** The header with which version 0.1.0 named the bodies it had compressed, those of scans. */
const COMPRESSED_BODY = ':packed';
const LENGTH_BYTES = 4;
/** Above it, the fastest level: a large body would block every other request. */
const SMALL_BYTES = 16_384;
const FASTEST = 1;
/** More than the largest body, or 200 scans with everything in them. */
const CONTENT_BYTES_MAX = 8 * 1_048_576;
const CARRIER = /^[a-z][a-z0-9-]*$/;

/** Dictionaries by carrier; version 1 is the first. */
const dictionaries = new Map<string, readonly Buffer[]>();

/** Packs the headers and body of an inbound message into bytes that are sealed together. */
export function packContent(headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const head = Buffer.from(JSON.stringify(headers), 'utf8');
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** Compresses packed content with what its carrier's messages repeat. */
export function compressContent(carrier: string, content: Buffer): Buffer {
  const known = dictionariesOf(carrier);
  const deflated = deflateRawSync(content, {
    ...(content.length > SMALL_BYTES && { level: FASTEST }),
    ...withDictionary(known.at(-1)),
  });
  return Buffer.concat([Buffer.of(known.length || WITHOUT_DICTIONARY), deflated]);
}

/**
 * The inverse of `packContent`, of compressed content too. Throws on other bytes, which can only be
 * corrupt.
 */
export function unpackContent(
  carrier: string,
  packed: Uint8Array,
): { headers: Record<string, string>; body: Uint8Array } {
  const content = inflateContent(carrier, packed);
  const headLength = content.readUInt32BE(0);
  const bodyFrom = LENGTH_BYTES + headLength;
  if (bodyFrom > content.length) throw new Error('inbound message content is cut short');
  const headers = JSON.parse(content.toString('utf8', LENGTH_BYTES, bodyFrom)) as Record<
    string,
    string
  >;
  const body = content.subarray(bodyFrom);
  return { headers, body: COMPRESSED_BODY in headers ? inflate(body) : body };
}

function inflateContent(carrier: string, packed: Uint8Array): Buffer {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const version = bytes.readUInt8(0);
  if (version === UNCOMPRESSED) return bytes;
  const dictionary = dictionariesOf(carrier)[version - 1];
  if (dictionary === undefined && version !== WITHOUT_DICTIONARY) {
    throw new Error(`there is no dictionary ${version} of ${carrier}; was it made by a newer hub?`);
  }
  return inflate(bytes.subarray(1), dictionary);
}

function inflate(bytes: Uint8Array, dictionary?: Buffer): Buffer {
  return inflateRawSync(bytes, {
    maxOutputLength: CONTENT_BYTES_MAX,
    ...withDictionary(dictionary),
  });
}

const withDictionary = (dictionary: Buffer | undefined) => dictionary && { dictionary };

/**
 * Reads a carrier's dictionaries: `dictionary-1.txt` and so on in its folder. They never change,
 * because stored messages need them; a better one gets the next number.
 */
function dictionariesOf(carrier: string): readonly Buffer[] {
  let known = dictionaries.get(carrier);
  if (known === undefined) {
    known = CARRIER.test(carrier) ? readDictionaries(carrier) : [];
    dictionaries.set(carrier, known);
  }
  return known;
}

function readDictionaries(carrier: string): readonly Buffer[] {
  const found: Buffer[] = [];
  for (;;) {
    const name = `../adapters/${carrier}/dictionary-${found.length + 1}.txt`;
    const file = new URL(name, import.meta.url);
    if (!existsSync(file)) return found;
    found.push(readFileSync(file));
  }
}
