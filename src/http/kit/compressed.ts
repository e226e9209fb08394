import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip, type ZlibOptions } from 'node:zlib';
import compression from 'compression';
import Negotiator from 'negotiator';

const brotli = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress);
const deflated = promisify<Uint8Array, ZlibOptions, Buffer>(gzip);

/** Compressing smaller responses would not make them faster. */
const BYTES_MIN = 1_024;
/** A stream's memory grows with its window; pages and lists are no larger than this one. */
const WINDOW_BITS = 18;

/**
 * Compresses dynamic responses when the client supports it. Not with a cookie: a response that
 * contains both a secret and input from the URL could be guessed by its length (BREACH), and pages
 * of signed-in users contain tokens. Nor live streams, which would be delayed.
 */
export function compressAnswers(): ReturnType<typeof compression> {
  return compression({
    threshold: BYTES_MIN,
    brotli: { params: { [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS } },
    filter: (request, response) =>
      request.headers.cookie === undefined && isText(String(response.getHeader('content-type'))),
  });
}

const TEXT =
  /^(?:text\/(?!event-stream)|application\/(?:[a-z.]+\+)?(?:json|xml)|application\/(?:javascript|wasm)|image\/svg)/;

function isText(contentType: string): boolean {
  return TEXT.test(contentType);
}

const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

type Compress = (body: Uint8Array) => Promise<Buffer>;

/** Best compression. */
const once: Readonly<Record<Encoding, Compress>> = {
  br: (body) => brotli(body, {}),
  gzip: (body) => deflated(body, { level: constants.Z_BEST_COMPRESSION }),
};
/** A tenth larger, a hundred times faster. */
const QUICK = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS },
};
const eachTime: Readonly<Record<Encoding, Compress>> = {
  br: (body) => brotli(body, QUICK),
  gzip: (body) => deflated(body, {}),
};

/** By the buffer itself, which lives as long as the hub. */
const known = new WeakMap<Uint8Array, Map<Encoding, Promise<Buffer>>>();

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
  const bytes = encoding === null ? body : await inEncoding(body, encoding);
  const vary = isText(headers['content-type']) ? { vary: varying(headers['vary']) } : {};
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
  const bytes = encoding === null ? body : await eachTime[encoding](body);
  write(response, status, { ...headers, vary: varying(headers['vary']) }, bytes, encoding);
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
 * The best version so far: best compression takes seconds for a large file, and nobody waits for
 * it.
 */
function inEncoding(body: Uint8Array, encoding: Encoding): Promise<Buffer> {
  const ofBody = known.get(body) ?? new Map<Encoding, Promise<Buffer>>();
  known.set(body, ofBody);
  const best = ofBody.get(encoding);
  if (best !== undefined) return best;
  const quick = eachTime[encoding](body);
  ofBody.set(encoding, quick);
  void quick
    .then(() => once[encoding](body))
    .then(
      (bytes) => ofBody.set(encoding, Promise.resolve(bytes)),
      () => ofBody.delete(encoding),
    );
  return quick;
}

function varying(others: string | undefined): string {
  return others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`;
}
