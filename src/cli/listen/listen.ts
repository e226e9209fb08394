import { isStandardSecret, KEY_BYTES } from '../../kernel/wire/standard-webhooks.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { HttpClient, HttpOutcome } from '../../platform/net/http-client.ts';
import {
  type EventBody,
  newSecret,
  signedHeaders,
} from '../../reactions/merchant-webhooks/index.ts';

/** The options of `waybill listen`. */
export interface ListenOptions {
  /** The URL at which the hub answers. */
  readonly hub: string;
  readonly key: string;
  readonly forward: string;
  /** Event types and families, separated by commas; null: all. */
  readonly events: string | null;
  /** Whether to start from the oldest retained event instead of from now on. */
  readonly fromStart: boolean;
  /** Null: a new secret is created and printed. */
  readonly secret: string | null;
}

export interface ListenDeps {
  readonly http: HttpClient;
  readonly now: () => number;
  readonly random: RandomBytes;
  /** Resolves early when stopped. */
  readonly wait: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
  readonly print: (line: string) => void;
  readonly writeError: (line: string) => void;
}

const FAILED = 1;
const UNUSABLE = 2;
/** The interval of polls, about as long as a webhook would take. */
const POLL_EVERY_MS = 1_000;
const POLL_MS_MAX = 10_000;
/**
 * The interval between attempts to reach a receiver that does not answer. It is retried until
 * stopped, as a webhook would be.
 */
const RETRY_FORWARD_MS = 2_000;
/** The longest of the growing retry intervals for a hub that does not answer. */
const RETRY_HUB_MS_MAX = 30_000;
const FORWARD_MS_MAX = 15_000;
const PAGE = 100;

/**
 * `waybill listen --forward URL`: pulls the merchant's events and posts each to a program on this
 * machine as the hub would, signed and in order. This makes webhooks testable on a laptop that the
 * hub cannot reach. Runs until stopped.
 *
 * @returns the exit code.
 */
export async function listen(options: ListenOptions, deps: ListenDeps): Promise<number> {
  const { print, writeError, stop, wait } = deps;
  const fault = faultOf(options);
  if (fault !== null) {
    writeError(fault);
    return UNUSABLE;
  }
  const secret = options.secret ?? newSecret(deps.random);
  let after = options.fromStart ? null : 'latest';
  let introduced = false;
  let hubRetryMs = POLL_EVERY_MS;
  while (!stop.aborted) {
    const read = await askHub(options, after, deps.http);
    if (read.kind === 'refused') {
      writeError(read.why);
      return FAILED;
    }
    if (read.kind === 'later') {
      const retryMs = read.afterMs ?? hubRetryMs;
      writeError(`${read.why} Retrying in ${Math.round(retryMs / 1_000)} s.`);
      await wait(retryMs);
      hubRetryMs = Math.min(hubRetryMs * 2, RETRY_HUB_MS_MAX);
      continue;
    }
    hubRetryMs = POLL_EVERY_MS;
    if (!introduced) {
      introduced = true;
      print(`Forwarding the events of ${options.hub} to ${options.forward}`);
      print(`Signed with ${secret}`);
      print('Press Ctrl-C to stop.');
    }
    for (const event of read.events) {
      // Webhooks do not announce a past that was only renormalized.
      if (event.data['quiet'] !== true) await forward(event, options.forward, secret, deps);
      if (stop.aborted) return 0;
    }
    after = read.next;
    if (!read.hasMore) await wait(POLL_EVERY_MS);
  }
  return 0;
}

type HubAnswer =
  | {
      readonly kind: 'events';
      readonly events: readonly EventBody[];
      readonly next: string;
      readonly hasMore: boolean;
    }
  /** `why`: whole sentences, for the terminal. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | null }
  | { readonly kind: 'refused'; readonly why: string };

async function askHub(
  { hub, key, events }: ListenOptions,
  after: string | null,
  http: HttpClient,
): Promise<HubAnswer> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (after !== null) query.set('after', after);
  if (events !== null) query.set('type', events);
  const answer = await http.send({
    method: 'GET',
    url: `${hub}/v1/events?${query}`,
    headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
    timeoutMs: POLL_MS_MAX,
  });
  if (answer.kind === 'failed') {
    return { kind: 'later', why: `${hub} does not answer (${answer.reason}).`, afterMs: null };
  }
  const body = objectOf(answer.text);
  if (answer.status === 200 && Array.isArray(body['data'])) {
    return {
      kind: 'events',
      events: body['data'],
      next: String(body['next_cursor']),
      hasMore: body['has_more'] === true,
    };
  }
  const why = `${hub} answers ${answer.status}${sentenceOf(body)}`;
  if (answer.status !== 429 && answer.status < 500) return { kind: 'refused', why };
  const retryAfterS = Number(answer.headers['retry-after']);
  return { kind: 'later', why, afterMs: retryAfterS > 0 ? retryAfterS * 1_000 : null };
}

/**
 * Posts one event, retrying until the endpoint gives any response. Prints the response, and a
 * complaint at the first failed attempt only.
 */
async function forward(
  event: EventBody,
  url: string,
  secret: string,
  { http, now, print, writeError, wait, stop }: ListenDeps,
): Promise<void> {
  const body = JSON.stringify(event);
  const what = `${event.type} ${numberOf(event)}#${event.sequence}`;
  let complained = false;
  while (!stop.aborted) {
    const startMs = now();
    const headers = signedHeaders(event.id, Buffer.from(body), [secret], startMs);
    const outcome = await http.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      body,
      timeoutMs: FORWARD_MS_MAX,
    });
    const time = new Date(startMs).toISOString().slice(11, 19);
    if (isAnswered(outcome)) {
      print(`${time}  ${what} → ${outcome.status} (${now() - startMs} ms)`);
      return;
    }
    if (!complained)
      writeError(`${time}  ${what} → ${url} does not answer (${outcome.reason}); retrying.`);
    complained = true;
    await wait(RETRY_FORWARD_MS);
  }
}

function isAnswered(outcome: HttpOutcome): outcome is Extract<HttpOutcome, { kind: 'answer' }> {
  return outcome.kind === 'answer';
}

/** Returns the number by which people know the parcel; empty for events about something else. */
function numberOf({ data }: EventBody): string {
  const number: unknown = data['tracking_number'];
  return typeof number === 'string' ? `${number} ` : '';
}

/** Returns the end of a sentence that begins with the status: the problem's detail and fix. */
function sentenceOf(problem: Readonly<Record<string, unknown>>): string {
  const parts = [problem['detail'], problem['fix']].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '.' : `: ${parts.join(' ')}`;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function faultOf({ hub, forward: to, secret, key }: ListenOptions): string | null {
  for (const [name, url] of [
    ['--url', hub],
    ['--forward', to],
  ] as const) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      return `${name}: expected a URL such as http://127.0.0.1:3000/hooks, found ${JSON.stringify(url)}.`;
    }
  }
  if (!/^wb_(test|live)_\S+$/.test(key)) {
    return 'A key is needed: --key wb_test_…, or WAYBILL_BOOTSTRAP_KEY in the environment (`waybill keys create --scopes webhooks:read` makes one).';
  }
  return secret === null || isStandardSecret(secret)
    ? null
    : `--secret: expected whsec_ followed by ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes in Base64.`;
}
