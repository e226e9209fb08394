/** The encodings that files may have. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Length of a sample in which a byte order mark, a ZIP's first bytes, or the zeros of UTF-16 are
 * found.
 */
const SAMPLE_BYTES = 512;

const FORMATS: readonly (readonly [magic: string, what: string])[] = [
  ['504b0304', 'a ZIP archive or an Excel workbook'],
  ['d0cf11e0', 'an old Excel workbook'],
  ['1f8b', 'packed with gzip'],
  ['25504446', 'a PDF'],
];

const SAVE_AS_CSV = 'Save it as CSV in UTF-8 and drop it again.';

/**
 * Decodes a file as a stream: line ends become `\n`, the byte order mark is removed. Detects UTF-8
 * and UTF-16 unless the encoding is given. Throws `FileUnreadable` if the bytes are not valid text;
 * with `lenient`, invalid bytes become U+FFFD.
 */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding | null,
  { lenient = false }: { readonly lenient?: boolean } = {},
): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let line = 1;
  let carried = '';
  for await (const chunk of withLongFirstChunk(bytes)) {
    decoder ??= new TextDecoder(encoding ?? encodingOf(chunk, lenient), { fatal: !lenient });
    const text = decodeChunk(decoder, chunk, line);
    // A line end may be split between two chunks.
    const whole = carried + text;
    carried = whole.endsWith('\r') ? '\r' : '';
    const out = withLineFeeds(carried === '' ? whole : whole.slice(0, -1));
    line += lineFeedsIn(out);
    if (out !== '') yield out;
  }
  const rest = decoder === null ? '' : decodeChunk(decoder, null, line);
  const last = withLineFeeds(carried + rest);
  if (last !== '') yield last;
}

/** Returns the same bytes, with a first chunk long enough to detect the encoding. */
async function* withLongFirstChunk(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | null = new Uint8Array();
  for await (const chunk of bytes) {
    if (first === null) {
      yield chunk;
      continue;
    }
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
    if (first.length < SAMPLE_BYTES) continue;
    yield first;
    first = null;
  }
  if (first !== null && first.length > 0) yield first;
}

/** Detects the encoding; throws for anything but text. Pure. */
function encodingOf(start: Uint8Array, lenient: boolean): Encoding {
  const sample = Buffer.from(start.subarray(0, SAMPLE_BYTES));
  const hex = sample.subarray(0, 4).toString('hex');
  for (const [magic, what] of FORMATS) {
    if (hex.startsWith(magic)) throw new FileUnreadable(`The file is ${what}.`, SAVE_AS_CSV);
  }
  if (hex.startsWith('fffe')) return 'utf-16le';
  if (hex.startsWith('feff')) return 'utf-16be';
  return encodingWithoutMark(sample, lenient);
}

/** In a text, at most one byte in this many is a stray zero. */
const STRAY_ZEROS_SHARE = 50;

/**
 * Detects the encoding of a text without a byte order mark. Headers are mostly Latin letters, for
 * which one of UTF-16's two bytes is zero.
 */
function encodingWithoutMark(sample: Buffer, lenient: boolean): Encoding {
  const zeros = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return 'utf-8';
  const pairs = sample.length / 2;
  if (even === 0 && odd > pairs / 2) return 'utf-16le';
  if (odd === 0 && even > pairs / 2) return 'utf-16be';
  // A few zeros are an accident, which only affects their rows.
  if (lenient && even + odd <= sample.length / STRAY_ZEROS_SHARE) return 'utf-8';
  throw new FileUnreadable('The file is not text.', SAVE_AS_CSV);
}

function decodeChunk(decoder: TextDecoder, chunk: Uint8Array | null, line: number): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new FileUnreadable(
      `Somewhere after here it is not ${decoder.encoding.toUpperCase()}.`,
      'Save it in UTF-8, or name its encoding in columns.yaml, such as `encoding: windows-1252`.',
      line,
    );
  }
}

function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function lineFeedsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Thrown for a file, or the rest of one, that cannot be read: the fault and what to do. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly fix: string;
  /** The line of the fault, counted from 1; null if it is the whole file. */
  readonly line: number | null;

  constructor(reason: string, fix: string, line: number | null = null) {
    super(reason);
    this.fix = fix;
    this.line = line;
  }

  /** The fault in one sentence, as in reason files and lists. */
  get sentence(): string {
    return `${this.line === null ? '' : `Line ${this.line}: `}${this.message} ${this.fix}`;
  }
}
