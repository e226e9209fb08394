import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyConfig } from '@fastify/busboy';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { Aborted } from './json-body.ts';

/** Receives a form's parts as they arrive. Names and types of files are ignored. */
export interface PartsTaker {
  field(name: string, value: string, isCut: boolean): void;
  /** A file begins. The returned object receives its bytes; those beyond the limit are left out. */
  file(name: string): {
    data(chunk: Buffer): void;
    end(isCut: boolean): void;
  };
  /** There are more parts than the limit. */
  tooMany(): void;
}

export interface PartsLimits {
  readonly fieldBytesMax: number;
  readonly fieldsMax: number;
  readonly fileBytesMax: number;
  readonly filesMax: number;
  readonly partsMax: number;
  /** Of the whole form; reading stops beyond it. */
  readonly bytesMax: number;
  /** The error message for a larger form. */
  readonly tooLarge: ErrorText;
  /** Absent: parts with a file name or type. */
  readonly isFile?: (name: string) => boolean;
}

const MULTIPART = /^multipart\/form-data\s*;/i;
const HEADER_BYTES_MAX = 4_096;
const HEADERS_MAX = 20;
const NAME_BYTES_MAX = 100;

export function isMultipart({ headers }: IncomingMessage): boolean {
  return MULTIPART.test(headers['content-type'] ?? '');
}

/**
 * Reads a form to its end, part by part. Always settles, whatever is sent and whenever the sender
 * disconnects. Throws `Problem` when it is unreadable or too large, `Aborted` when its sender has
 * disconnected, and everything thrown by `onBytes`, which is called before bytes are stored.
 */
export function readParts(
  request: IncomingMessage,
  limits: PartsLimits,
  taker: PartsTaker,
  onBytes: (count: number) => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The sender disconnected during an earlier wait: no further event will come.
    if (request.destroyed) throw new Aborted();
    const parser = parserFor(request, limits);
    const fail = (error: Error) => {
      request.unpipe(parser);
      // Read and discard the rest, so that the sender sees the response.
      request.resume();
      reject(error);
    };
    parser.on('field', (name, value, _isNameCut, isCut) => taker.field(name, value, isCut));
    parser.on('file', (name, stream) => {
      const file = taker.file(name);
      let isCut = false;
      stream.on('limit', () => {
        isCut = true;
      });
      stream.on('data', (chunk: Buffer) => file.data(chunk));
      stream.on('end', () => file.end(isCut));
      // Emitted for a form that ends inside the file; unhandled, it would end the process.
      stream.on('error', () => fail(unreadable()));
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.on(limit, () => taker.tooMany());
    }
    parser.on('error', () => fail(unreadable()));
    parser.on('finish', () => resolve());
    let bytesRead = 0;
    const tooLarge = () => fail(new Problem('too_large', limits.tooLarge));
    request.on('data', (chunk: Buffer) => {
      bytesRead += chunk.length;
      if (bytesRead > limits.bytesMax) tooLarge();
      try {
        onBytes(chunk.length);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    request.on('close', () => {
      if (!request.readableEnded) reject(new Aborted());
    });
    request.on('error', () => reject(new Aborted()));
    if (Number(request.headers['content-length'] ?? 0) > limits.bytesMax) tooLarge();
    else request.pipe(parser);
  });
}

function parserFor({ headers }: IncomingMessage, limits: PartsLimits) {
  const { isFile } = limits;
  const config: BusboyConfig = {
    headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
    limits: {
      fields: limits.fieldsMax,
      fieldNameSize: NAME_BYTES_MAX,
      fieldSize: limits.fieldBytesMax,
      files: limits.filesMax,
      fileSize: limits.fileBytesMax,
      parts: limits.partsMax,
      headerPairs: HEADERS_MAX,
      headerSize: HEADER_BYTES_MAX,
    },
  };
  try {
    return new Busboy(
      isFile === undefined
        ? config
        : { ...config, isPartAFile: (name) => name !== undefined && isFile(name) },
    );
  } catch {
    throw new Problem('bad_request', 'requests.formBoundaryMissing');
  }
}

function unreadable(): Problem {
  return new Problem('bad_request', 'requests.formUnreadable', {
    fix: 'requests.completeMultipartBody',
  });
}
