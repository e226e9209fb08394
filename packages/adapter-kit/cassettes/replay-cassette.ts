import type { CarrierAdapter, TrackOutcome } from 'waybill/adapter';
import {
  createPace,
  createSession,
  createTokenCache,
  type HttpClient,
  type HttpOutcome,
  manualClock,
} from 'waybill/adapter/kit';
import { type Cassette, type Exchange, recordedRequest, trackAll } from './cassette.ts';
import { SCRUBBED } from './scrub.ts';

export interface Replay {
  readonly outcomes: readonly TrackOutcome[];
  /** Calls that the cassette has no answer to, such as `GET /path`. */
  readonly unanswered: readonly string[];
  /** How many exchanges no request used. */
  readonly unused: number;
}

/** Replays a cassette: the adapter pulls its numbers through a session like the hub's own. */
export async function replayCassette(adapter: CarrierAdapter, cassette: Cassette): Promise<Replay> {
  const { access } = adapter;
  if (adapter.track === undefined || access === undefined) {
    throw new Error(`${adapter.manifest.name} cannot be asked: its adapter has no track`);
  }
  const clock = manualClock(Date.parse(cassette.asked_at));
  const wait = async (ms: number) => clock.advance(ms);
  const player = createPlayer(cassette, access.origins.production);
  const session = createSession({
    accountId: 'replay',
    adapter,
    credentials: Object.fromEntries(
      access.credentials.filter(({ required }) => required).map(({ name }) => [name, SCRUBBED]),
    ),
    origin: access.origins.production,
    http: player.http,
    tokens: createTokenCache(clock, wait),
    clock,
    randomBytes: (length) => new Uint8Array(length),
    debit: async () => ({ ok: true }),
    breaker: { allows: () => ({ ok: true }), report: () => {} },
    pace: createPace([], clock, wait),
  });
  const outcomes = await trackAll(adapter, cassette.tracking_numbers, session);
  return { outcomes, ...player.ended() };
}

interface Player {
  readonly http: HttpClient;
  ended(): Pick<Replay, 'unanswered' | 'unused'>;
}

/**
 * Creates a client that answers each request with the most similar exchange: the same method and
 * path, among several the same body, and of those the first that was not used yet. When the same
 * request is repeated, the exchange used last is used again.
 */
function createPlayer({ exchanges }: Cassette, own: string): Player {
  const usedExchanges = new Set<Exchange>();
  const unanswered: string[] = [];
  return {
    http: {
      close: () => {},
      async send(request) {
        const sent = recordedRequest(request, own);
        const alike = exchanges.filter(
          ({ request: known }) =>
            known.method === sent.method &&
            known.path === sent.path &&
            // A sandbox represents all of a carrier's hosts.
            (known.origin === undefined || known.origin === sent.origin),
        );
        const same = alike.filter(({ request: known }) => known.body === sent.body);
        const candidates = same.length > 0 ? same : alike;
        const found = candidates.find((each) => !usedExchanges.has(each)) ?? candidates.at(-1);
        if (found === undefined) unanswered.push(`${sent.method} ${sent.path}`);
        else usedExchanges.add(found);
        return outcomeOf(found);
      },
    },
    ended: () => ({
      unanswered,
      unused: exchanges.filter((exchange) => !usedExchanges.has(exchange)).length,
    }),
  };
}

function outcomeOf(exchange: Exchange | undefined): HttpOutcome {
  const response = exchange?.response ?? null;
  if (response === null) return { kind: 'failed', reason: 'network' };
  const { status, headers, body } = response;
  return { kind: 'answer', status, headers, text: body, bytes: Buffer.from(body, 'utf8') };
}
