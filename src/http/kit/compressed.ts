import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip, type ZlibOptions } from 'node:zlib';
import compression from 'compression';
import Negotiator from 'negotiator';

const brotli = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress);
const gzipped = promisify<Uint8Array, ZlibOptions, Buffer>(gzip);

/** Compressing smaller responses would not make them faster. */
const BYTES_MIN = 1_024;
/** A stream's memory grows with its window; pages and lists are no larger than this one. */
const WINDOW_BITS = 18;

/**
 * Compresses dynamic responses when the client supports it. With a cookie, only where the browser
 * says that no other site caused the request: a response that contains both a secret and input
 * from the URL could be guessed by its length (BREACH). Nor live streams, which would be delayed.
 */
export function compressAnswers(): ReturnType<typeof compression> {
  return compression({
    threshold: BYTES_MIN,
    brotli: { params: { [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS } },
    filter: (request, response) =>
      (request.headers.cookie === undefined || isOwn(request.headers['sec-fetch-site'])) &&
      isText(String(response.getHeader('content-type'))),
  });
}

/** Whether one of our pages, or the person alone, caused the request. */
function isOwn(site: string | string[] | undefined): boolean {
  return site === 'same-origin' || site === 'none';
}

const TEXT =
  /^(?:text\/(?!event-stream)|application\/(?:[a-z.]+\+)?(?:json|xml)|application\/(?:javascript|wasm)|image\/svg)/;

function isText(contentType: string): boolean {
  return TEXT.test(contentType);
}

const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

type Compress = (body: Uint8Array) => Promise<Buffer>;

/** Best compression, for files compressed once. */
const compressWell: Readonly<Record<Encoding, Compress>> = {
  br: (body) => brotli(body, {}),
  gzip: (body) => gzipped(body, { level: constants.Z_BEST_COMPRESSION }),
};
/** For each response anew: a tenth larger, a hundred times faster. */
const QUICK = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS },
};
const compressQuickly: Readonly<Record<Encoding, Compress>> = {
  br: (body) => brotli(body, QUICK),
  gzip: (body) => gzipped(body, {}),
};

/** By the buffer itself, which lives as long as the hub. */
const compressedByFile = new WeakMap<Uint8Array, Map<Encoding, Promise<Buffer>>>();

/**
 * Sends 200 with a file that is the same for everybody. It is compressed once at the best level,
 * and quickly for requests before that is done.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>> & { readonly 'content-type': string },
  body: Uint8Array,
): Promise<void> {
  const encoding = isText(headers['content-type']) ? encodingFor(request, body) : null;
  const bytes = encoding === null ? body : await compressedOnce(body, encoding);
  const vary = isText(headers['content-type']) ? { vary: varyHeader(headers['vary']) } : {};
  write(response, 200, { ...headers, ...vary }, bytes, encoding);
}

/** Sends a page rendered for this request that contains only public data. */
export async function sendCompressed(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  page: string | Uint8Array,
): Promise<void> {
  const body = typeof page === 'string' ? Buffer.from(page) : page;
  const encoding = encodingFor(request, body);
  const bytes = encoding === null ? body : await compressQuickly[encoding](body);
  write(response, status, { ...headers, vary: varyHeader(headers['vary']) }, bytes, encoding);
}

function write(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
  encoding: Encoding | null,
): void {
  const how = encoding === null ? {} : { 'content-encoding': encoding };
  response.writeHead(status, { ...headers, ...how, 'content-length': bytes.length }).end(bytes);
}

function encodingFor(request: IncomingMessage, body: Uint8Array): Encoding | null {
  if (body.length < BYTES_MIN) return null;
  const reader = new Negotiator(request);
  return ENCODINGS.find((each) => reader.encodings([each]).length > 0) ?? null;
}

/**
 * A file that is compressed once: the best version when it is ready, else the quick one. Best
 * compression takes seconds for a large file, and nobody waits for it.
 */
function compressedOnce(body: Uint8Array, encoding: Encoding): Promise<Buffer> {
  const ofBody = compressedByFile.get(body) ?? new Map<Encoding, Promise<Buffer>>();
  compressedByFile.set(body, ofBody);
  const best = ofBody.get(encoding);
  if (best !== undefined) return best;
  const quick = compressQuickly[encoding](body);
  ofBody.set(encoding, quick);
  void quick
    .then(() => compressWell[encoding](body))
    .then(
      (bytes) => ofBody.set(encoding, Promise.resolve(bytes)),
      () => ofBody.delete(encoding),
    );
  return quick;
}

function varyHeader(others: string | undefined): string {
  return others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`;
}
