import { type CarrierAdapter, type CarrierSession, type TrackOutcome, z } from 'waybill/adapter';
import type { HttpClient, HttpRequest } from 'waybill/adapter/kit';
import { createScrubber, type Replaced, type ScrubOptions } from './scrub.ts';

/**
 * The exchanges between us and a carrier, in order, without secrets and personal data: enough to
 * replay the carrier to an adapter, on a machine without an account.
 */
export interface Cassette {
  readonly waybill_cassette: 1;
  readonly carrier: string;
  /** The session's time, ISO 8601, because how an adapter reads an answer may depend on it. */
  readonly asked_at: string;
  readonly system: 'production' | 'test' | 'sandbox';
  /** The numbers as they are in the exchanges. */
  readonly tracking_numbers: readonly string[];
  readonly exchanges: readonly Exchange[];
}

export interface Exchange {
  readonly request: {
    readonly method: string;
    /** The path from the origin, with its query. */
    readonly path: string;
    /** Another host of the carrier; absent: the account's own origin. */
    readonly origin?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  /** The answer; null: there was no usable one. */
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  } | null;
}

/** Limit of exchanges; a batch of numbers with tokens, pages and retries has some dozens. */
const EXCHANGES_MAX = 1_000;
const NUMBERS_MAX = 1_000;
/** Limit of a body, the same as for an answer of a carrier (platform/http-client.ts). */
const BODY_CHARS_MAX = 4 * 1_048_576;
const HEADER_CHARS_MAX = 16_384;

const headers = z.record(z.string().max(200), z.string().max(HEADER_CHARS_MAX));
const body = z.string().max(BODY_CHARS_MAX);

const cassetteSchema = z.strictObject({
  waybill_cassette: z.literal(1),
  carrier: z.string().min(1).max(64),
  asked_at: z.iso.datetime(),
  system: z.enum(['production', 'test', 'sandbox']),
  tracking_numbers: z.array(z.string().min(1).max(200)).max(NUMBERS_MAX),
  exchanges: z
    .array(
      z.strictObject({
        request: z.strictObject({
          method: z.string().max(10),
          path: z.string().startsWith('/').max(HEADER_CHARS_MAX),
          origin: z.url().max(300).exactOptional(),
          headers,
          body: body.nullable(),
        }),
        response: z.strictObject({ status: z.int().min(100).max(599), headers, body }).nullable(),
      }),
    )
    .max(EXCHANGES_MAX),
});

/** Parses a cassette. Throws a readable error with the fault and its place. */
export function readCassette(text: string, from: string): Cassette {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${from} is not JSON; record it again with \`waybill carrier record\``);
  }
  const read = cassetteSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw new Error(`${from}: ${where}: ${issue?.message ?? 'is no cassette'}`);
}

export function cassetteText(cassette: Cassette): string {
  return `${JSON.stringify(cassette, null, 1)}\n`;
}

/** A client that records every exchange unchanged. */
export interface RecordingHttp extends HttpClient {
  readonly exchanges: readonly Exchange[];
}

/**
 * Wraps a client so that it records every exchange.
 * @param own the account's base URL: requests below it are stored without it.
 */
export function recordingHttp(http: HttpClient, own: string): RecordingHttp {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    close: () => http.close(),
    async send(request) {
      const outcome = await http.send(request);
      exchanges.push({
        request: recordedRequest(request, own),
        response:
          outcome.kind === 'failed'
            ? null
            : { status: outcome.status, headers: outcome.headers, body: outcome.text },
      });
      return outcome;
    },
  };
}

/**
 * The request as a cassette stores it: with the path below the account's base URL, or else with its
 * origin.
 */
export function recordedRequest(
  { method, url, headers = {}, body: sent }: HttpRequest,
  own: string,
): Exchange['request'] {
  const body = sent ?? null;
  if (url.startsWith(`${own}/`)) return { method, path: url.slice(own.length), headers, body };
  const { origin } = new URL(url);
  return { method, path: url.slice(origin.length), origin, headers, body };
}

/**
 * Turns a recording into a cassette, and lists what was removed from it. Pure except for
 * `options.random`.
 */
export function scrubbedCassette(
  recorded: Pick<Cassette, 'asked_at' | 'system' | 'exchanges'>,
  { manifest, numbers }: Pick<CarrierAdapter, 'manifest' | 'numbers'>,
  options: Omit<ScrubOptions, 'recogniser'>,
): { readonly cassette: Cassette; readonly replaced: readonly Replaced[] } {
  const scrubber = createScrubber({ ...options, recogniser: numbers });
  for (const { request, response } of recorded.exchanges) {
    if (request.body !== null) scrubber.learn(request.body);
    if (response !== null) scrubber.learn(response.body);
  }
  const exchanges = recorded.exchanges.map(({ request, response }): Exchange => {
    const { method, path, origin, headers, body } = request;
    return {
      request: {
        method,
        path: scrubber.path(path),
        ...(origin === undefined ? {} : { origin }),
        headers: scrubber.headers(headers),
        body: body === null ? null : scrubber.text(body),
      },
      response: response && {
        status: response.status,
        headers: scrubber.headers(response.headers),
        body: scrubber.text(response.body),
      },
    };
  });
  const { asked_at, system } = recorded;
  const cassette: Cassette = {
    waybill_cassette: 1,
    carrier: manifest.name,
    asked_at,
    system,
    tracking_numbers: options.numbers.map((number) => scrubber.number(number)),
    exchanges,
  };
  return { cassette, replaced: scrubber.replaced() };
}

/** Pulls all numbers in the carrier's batches, in the same way for recording and replaying. */
export async function trackAll(
  { track, manifest }: CarrierAdapter,
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  const { batchMax } = manifest.limits;
  for (let at = 0; at < numbers.length; at += batchMax) {
    outcomes.push(...((await track?.(numbers.slice(at, at + batchMax), session)) ?? []));
  }
  return outcomes;
}
