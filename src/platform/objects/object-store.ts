/**
 * A store of files that are too large or too rarely read for the database: photos and signatures
 * (sealed before they come here), files that scanners drop, archives, backups. There are two
 * implementations of one contract: a folder (`folder-store.ts`, the default) and S3
 * (`s3-store.ts`); `test-object-store.ts` tests both.
 */
export interface ObjectStore {
  /** Its name in messages, such as `folder /var/lib/waybill/objects` or `s3://bucket/prefix`. */
  readonly name: string;

  /**
   * Stores all of `body` under `key`, replacing the previous object. Resolves once it is durable; a
   * reader finds all of the old bytes or all of the new ones. A stream is never in memory as a
   * whole, and one that fails leaves nothing.
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<ObjectInfo>;

  /** Stores `bytes` only if there is no object: of concurrent writers exactly one gets `true`. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;

  /** Returns null if the object does not exist. */
  stat(key: string): Promise<ObjectInfo | null>;

  /**
   * Reads from byte `from` (default 0) to the end; null if the object does not exist. The stream
   * survives broken connections: it resumes where it stopped, and fails with `ObjectChanged` if the
   * object has been replaced meanwhile.
   */
  read(key: string, options?: { readonly from?: number }): Promise<ObjectReading | null>;

  /**
   * Yields every object whose key begins with `prefix`, in the order of the keys' UTF-8 bytes,
   * fetched as needed. Keys with a segment that begins with `.` are left out.
   */
  list(prefix: string, options?: { readonly after?: string }): AsyncIterable<ObjectInfo>;

  /**
   * Lists a folder (a key that ends in `/`, or empty) without its subfolders: its objects, and the
   * names of its folders, fetched as needed. Names that begin with `.` are left out.
   */
  browse(folder: string): AsyncIterable<ObjectInfo | ObjectFolder>;

  /**
   * Moves an object and replaces the one at `to`. Rejects with `ObjectMissing` if there is none at
   * `from`, and with `ObjectChanged` if there is another version than intended. With `ifFree` it
   * replaces nothing, and rejects with `ObjectExists` if there is one at `to`; a bucket checks just
   * before.
   */
  move(from: string, to: string, options?: MoveOptions): Promise<void>;

  /** Removes an object; does nothing if it does not exist. */
  remove(key: string): Promise<void>;

  /**
   * Returns a URL from which anybody may download the object until it expires, without any other
   * key. The object is offered as a file called `fileName` and never displayed as a page.
   */
  presign(key: string, options: PresignOptions): Promise<string>;

  close(): void;
}

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** Default: `application/octet-stream`. */
  readonly mediaType?: string;
}

export interface MoveOptions {
  readonly ifVersion?: string;
  readonly ifFree?: boolean;
}

export interface PresignOptions {
  /** At most 7 days, which is what S3 allows. */
  readonly expiresInS: number;
  readonly fileName: string;
  readonly mediaType: string;
}

export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** A text that changes whenever the object's bytes change. */
  readonly version: string;
}

/** A folder as found by browsing; in a bucket it exists as long as it contains something. */
interface ObjectFolder {
  readonly folder: string;
}

export interface ObjectReading {
  readonly info: ObjectInfo;
  readonly stream: AsyncIterable<Uint8Array>;
}

export class ObjectKeyInvalid extends Error {
  override readonly name = 'ObjectKeyInvalid';
}

export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';
}

/** There is an object where none was to be replaced. */
export class ObjectExists extends Error {
  override readonly name = 'ObjectTaken';
}

/** The object was replaced during the read, so that the bytes read so far belong to no version. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

/** The store does not answer, or answers with an error of its own. A retry may succeed later. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = 'ObjectStoreUnavailable';
}

/** S3 allows 1,024 bytes, of which a prefix may use some; a folder allows 255 per segment. */
const KEY_BYTES_MAX = 900;
const SEGMENT_BYTES_MAX = 240;
const UNSAFE = /[\p{Cc}\\]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Throws `ObjectKeyInvalid` for a key that one of the stores could not store or that would lead
 * outside: empty segments, `.`, `..`, segments that begin with `.`, control characters, `\`.
 */
export function checkKey(key: string): void {
  const fault = faultOfKey(key);
  if (fault !== null) throw new ObjectKeyInvalid(`object key ${JSON.stringify(key)}: ${fault}`);
}

function faultOfKey(key: string): string | null {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `longer than ${KEY_BYTES_MAX} bytes`;
  if (LONE_SURROGATE.test(key)) return 'not valid Unicode';
  if (UNSAFE.test(key)) return 'control characters and \\ are not allowed';
  for (const segment of key.split('/')) {
    if (segment === '') return 'an empty segment';
    if (segment.startsWith('.')) return 'a segment that begins with "."';
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
      return `a segment longer than ${SEGMENT_BYTES_MAX} bytes`;
    }
  }
  return null;
}

/** Whether a key is valid; for keys that others chose. */
export function isKey(key: string): boolean {
  return faultOfKey(key) === null;
}

/** Reads a whole stream, for small objects. Throws `RangeError` beyond `bytesMax`. */
export async function readAll(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > bytesMax) throw new RangeError(`more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
