/**
 * Files too large or too seldom read for the database: photos and signatures (sealed before they come
 * here), files that scanners drop, archives, backups. One contract, two places: a folder
 * (`folder-store.ts`, the default) or S3 (`s3-store.ts`); `test-object-store.ts` holds both to it.
 */
export interface ObjectStore {
  /** How messages name it, such as `folder /var/lib/waybill/objects` or `s3://bucket/prefix`. */
  readonly name: string;

  /**
   * Stores all of `body` under `key`, replacing the previous object. Resolves once it is durable; a
   * reader finds all of the old bytes or all of the new ones. A stream is never held whole in
   * memory, and one that fails leaves nothing behind.
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<ObjectInfo>;

  /** Stores `bytes` only where nothing is: of writers at the same time exactly one gets `true`. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;

  /** Null when the object does not exist. */
  stat(key: string): Promise<ObjectInfo | null>;

  /**
   * Reads from byte `from` (default 0) to the end; null when the object does not exist. The stream
   * survives broken connections: it resumes where it stopped, and fails with `ObjectChanged` when
   * the object has been replaced meanwhile.
   */
  read(key: string, options?: { readonly from?: number }): Promise<ObjectReading | null>;

  /**
   * Every object whose key begins with `prefix`, in the order of the keys' UTF-8 bytes, fetched as
   * it is walked. Keys with a segment that begins with `.` are left out.
   */
  list(prefix: string, options?: { readonly after?: string }): AsyncIterable<ObjectInfo>;

  /**
   * Lists a folder (a key that ends in `/`, or empty) without descending: its objects, and the
   * names of its folders, each fetched as it is visited. Names that begin with `.` are omitted.
   */
  browse(folder: string): AsyncIterable<ObjectInfo | ObjectFolder>;

  /**
   * Moves an object and replaces the one at `to`. Rejects with `ObjectMissing` when nothing is at
   * `from`, and with `ObjectChanged` when another version is there than intended. With `ifFree` it
   * replaces nothing, and rejects with `ObjectTaken` when something is at `to`; a bucket checks
   * just before.
   */
  move(from: string, to: string, options?: MoveOptions): Promise<void>;

  /** Nothing happens when it is gone already. */
  remove(key: string): Promise<void>;

  /**
   * A URL that anybody may download the object from until it expires, without any other key.
   * It is offered as a file called `fileName` and is never shown as a page.
   */
  presign(key: string, options: PresignOptions): Promise<string>;

  close(): void;
}

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** Default `application/octet-stream`. */
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
  /** Another text as soon as the object has other bytes. */
  readonly version: string;
}

/** A folder as browsing finds it; in a bucket it is there as long as something is in it. */
export interface ObjectFolder {
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

/** Something is where only nothing was to be replaced. */
export class ObjectExists extends Error {
  override readonly name = 'ObjectTaken';
}

/** The object was replaced during the read: the bytes read so far belong to no version. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

/** The store does not answer, or answers with an error of its own. Trying again later may help. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = 'ObjectStoreUnavailable';
}

/** S3 allows 1,024 bytes, of which a prefix may use some; a folder allows 255 a segment. */
const KEY_BYTES_MAX = 900;
const SEGMENT_BYTES_MAX = 240;
const UNSAFE = /[\p{Cc}\\]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Throws `ObjectKeyInvalid` for a key that one of the stores could not hold or that would leave
 * its place: empty segments, `.`, `..`, segments that begin with `.`, control characters, `\`.
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

/** For keys that others chose: false instead of an error. */
export function isKey(key: string): boolean {
  return faultOfKey(key) === null;
}

/** A whole stream, for small objects. Throws `RangeError` beyond `bytesMax`. */
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
