import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  checkKey,
  isKey,
  type MoveOptions,
  type ObjectBody,
  ObjectChanged,
  ObjectExists,
  type ObjectInfo,
  ObjectKeyInvalid,
  ObjectMissing,
  type ObjectReading,
  type ObjectStore,
  ObjectStoreUnavailable,
  type PresignOptions,
  type PutOptions,
} from './object-store.ts';
import { attachmentNamed, PRESIGNED_S_MAX } from './presigned.ts';

/** The location of a bucket, and the credentials for it. */
export interface S3Settings {
  readonly bucket: string;
  /** Put in front of every key; empty, or ending in `/`. */
  readonly prefix: string;
  readonly region: string;
  /** A server other than AWS, such as `https://minio.internal:9000`; uses path-style URLs. */
  readonly endpoint: string | null;
  /** Null: found in the way of AWS's own tools (environment, profile, the machine's role). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

export interface S3StoreOptions extends S3Settings {
  /**
   * The time limits for connecting, and for a server that sends nothing. Defaults: 3 s and 15 s.
   */
  readonly connectMs?: number;
  readonly silentMs?: number;
}

const ATTEMPTS = 4;
/** How many times in a row a download resumes without receiving a single byte. */
const RESUMES_WITHOUT_BYTES_MAX = 4;
/** Two parts of 8 MiB are in memory at a time; 10,000 parts limit an object to 80 GB. */
const PART_BYTES = 8 * 1_048_576;
const PARTS_AT_ONCE = 2;

export function openS3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

class S3Store implements ObjectStore {
  readonly name: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #client: S3Client;

  constructor(options: S3StoreOptions) {
    const { bucket, prefix, region, endpoint, credentials } = options;
    this.name = `s3://${bucket}/${prefix}`;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = new S3Client({
      region,
      ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === null ? {} : { credentials }),
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: options.connectMs ?? 3_000,
        requestTimeout: options.silentMs ?? 15_000,
      },
    });
  }

  async put(key: string, body: ObjectBody, { mediaType }: PutOptions = {}): Promise<ObjectInfo> {
    const params = {
      ...this.#at(key),
      ContentType: mediaType ?? 'application/octet-stream',
    };
    if (body instanceof Uint8Array) {
      const command = new PutObjectCommand({ ...params, Body: body });
      await this.#withNamedFailure(key, () => this.#client.send(command));
    } else {
      const source = new Source(body);
      // A part that fails is sent again automatically; if the source fails, the parts are dropped.
      const upload = new Upload({
        client: this.#client,
        params: { ...params, Body: Readable.from(source, { objectMode: false }) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        leavePartsOnError: false,
      });
      await this.#withNamedFailure(key, () => upload.done()).catch((error: unknown) => {
        throw source.failed ? source.error : error;
      });
    }
    const info = await this.stat(key);
    if (info === null)
      throw new ObjectMissing(`${this.name}: ${key} was removed while it was stored`);
    return info;
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    const command = new PutObjectCommand({ ...this.#at(key), Body: bytes, IfNoneMatch: '*' });
    return this.#withNamedFailure(key, () =>
      this.#client.send(command).then(
        () => true,
        (error: unknown) => {
          // 409 is the answer to one of two concurrent writers: the other one has stored the
          // object.
          if (statusOf(error) === 412 || statusOf(error) === 409) return false;
          throw error;
        },
      ),
    );
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    const found = await this.#nullIfMissing(key, () =>
      this.#client.send(new HeadObjectCommand(this.#at(key))),
    );
    return found === null ? null : infoOf(key, found, found.ContentLength);
  }

  async read(
    key: string,
    { from = 0 }: { readonly from?: number } = {},
  ): Promise<ObjectReading | null> {
    const info = await this.stat(key);
    return info === null ? null : { info, stream: this.#readResuming(info, from) };
  }

  async *list(prefix: string, { after = '' }: { readonly after?: string } = {}) {
    let token: string | undefined;
    do {
      const command: ListObjectsV2Command = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix + prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(after === '' ? {} : { StartAfter: this.#prefix + after }),
      });
      const page = await this.#withNamedFailure(prefix, () => this.#client.send(command));
      for (const found of page.Contents ?? []) {
        const key = (found.Key ?? '').slice(this.#prefix.length);
        if (isKey(key)) yield infoOf(key, found, found.Size);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async *browse(folder: string) {
    let token: string | undefined;
    do {
      const command: ListObjectsV2Command = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix + folder,
        Delimiter: '/',
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await this.#withNamedFailure(folder, () => this.#client.send(command));
      for (const { Prefix = '' } of page.CommonPrefixes ?? []) {
        const name = Prefix.slice(this.#prefix.length + folder.length, -1);
        if (isKey(name)) yield { folder: name };
      }
      for (const found of page.Contents ?? []) {
        const key = (found.Key ?? '').slice(this.#prefix.length);
        if (isKey(key)) yield infoOf(key, found, found.Size);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async move(
    from: string,
    to: string,
    { ifVersion, ifFree = false }: MoveOptions = {},
  ): Promise<void> {
    if (ifFree && (await this.stat(to)) !== null) {
      throw new ObjectExists(`${this.name}: ${to} is taken`);
    }
    const source = this.#at(from);
    const command = new CopyObjectCommand({
      ...this.#at(to),
      CopySource: `${source.Bucket}/${source.Key.split('/').map(encodeURIComponent).join('/')}`,
      ...(ifVersion === undefined ? {} : { CopySourceIfMatch: ifVersion }),
    });
    const copied = await this.#nullIfMissing(from, () =>
      this.#client.send(command).catch((error: unknown) => {
        if (statusOf(error) === 412) throw new ObjectChanged(`${this.name}: ${from} was replaced`);
        throw error;
      }),
    );
    if (copied === null) throw new ObjectMissing(`${this.name}: no object ${from}`);
    // If another object has replaced it meanwhile, that one stays, because it was not copied.
    const now = ifVersion === undefined ? null : await this.stat(from);
    if (now !== null && now.version !== ifVersion) return;
    await this.remove(from);
  }

  async remove(key: string): Promise<void> {
    await this.#withNamedFailure(key, () =>
      this.#client.send(new DeleteObjectCommand(this.#at(key))),
    );
  }

  async presign(key: string, { expiresInS, fileName, mediaType }: PresignOptions): Promise<string> {
    if (!(expiresInS > 0 && expiresInS <= PRESIGNED_S_MAX)) {
      throw new RangeError(`a presigned URL lives 1 to ${PRESIGNED_S_MAX} s; asked: ${expiresInS}`);
    }
    const command = new GetObjectCommand({
      ...this.#at(key),
      ResponseContentDisposition: attachmentNamed(fileName),
      ResponseContentType: mediaType,
    });
    return getSignedUrl(this.#client, command, { expiresIn: Math.ceil(expiresInS) });
  }

  close(): void {
    this.#client.destroy();
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    checkKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  /**
   * Yields bytes, with requests until the last byte, each for the missing rest of the same version.
   */
  async *#readResuming(info: ObjectInfo, from: number): AsyncGenerator<Uint8Array> {
    let at = from;
    let resumes = 0;
    while (at < info.sizeBytes) {
      const before = at;
      try {
        for await (const chunk of await this.#bytesFrom(info, at)) {
          at += chunk.length;
          yield chunk;
        }
        if (at < info.sizeBytes) throw new Error('the connection ended early');
      } catch (error) {
        if (error instanceof ObjectChanged) throw error;
        resumes = at > before ? 0 : resumes + 1;
        if (resumes > RESUMES_WITHOUT_BYTES_MAX) throw this.#unavailable(info.key, error);
      }
    }
  }

  /**
   * Reads an object from an offset. Rejects with `ObjectChanged` if it is no longer the same
   * version.
   */
  async #bytesFrom(info: ObjectInfo, at: number): Promise<AsyncIterable<Uint8Array>> {
    const command = new GetObjectCommand({
      ...this.#at(info.key),
      Range: `bytes=${at}-`,
      IfMatch: info.version,
    });
    try {
      const { Body } = await this.#client.send(command);
      if (Body === undefined) throw new Error('an answer without a body');
      return Body as Readable;
    } catch (error) {
      const status = statusOf(error);
      if (status === 412 || status === 404 || status === 416) {
        throw new ObjectChanged(
          `${this.name}: ${info.key} became another object while it was read`,
        );
      }
      throw error;
    }
  }

  /** Returns null for a missing object; other failures as `#withNamedFailure` names them. */
  #nullIfMissing<T>(key: string, ask: () => Promise<T>): Promise<T | null> {
    return this.#withNamedFailure(key, () =>
      ask().catch((error: unknown) => {
        if (statusOf(error) === 404) return null;
        throw error;
      }),
    );
  }

  async #withNamedFailure<T>(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw isOurs(error) ? error : this.#unavailable(key, error);
    }
  }

  #unavailable(key: string, error: unknown): ObjectStoreUnavailable {
    const { name, message } = error as Error;
    const status = statusOf(error);
    const detail = status === undefined ? `${name}: ${message}` : `${status} ${name}: ${message}`;
    return new ObjectStoreUnavailable(`${this.name}: ${key}: ${detail}`, { cause: error });
  }
}

/** Remembers whether the caller's stream failed, which is not the store's fault. */
class Source implements AsyncIterable<Uint8Array> {
  failed = false;
  error: unknown;
  readonly #body: AsyncIterable<Uint8Array>;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#body;
    } catch (error) {
      this.failed = true;
      this.error = error;
      throw error;
    }
  }
}

function infoOf(
  key: string,
  found: { readonly ETag?: string | undefined; readonly LastModified?: Date | undefined },
  sizeBytes: number | undefined,
): ObjectInfo {
  return {
    key,
    sizeBytes: sizeBytes ?? 0,
    modifiedAtMs: found.LastModified?.getTime() ?? 0,
    version: found.ETag ?? '',
  };
}

function isOurs(error: unknown): boolean {
  return (
    error instanceof ObjectKeyInvalid ||
    error instanceof ObjectMissing ||
    error instanceof ObjectChanged
  );
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
