import { describe, expect, it } from 'vitest';
import {
  type CarrierAdapter,
  EMPTY_SNAPSHOT,
  type ParseOutcome,
} from '../../../../src/adapters/contract/contract.ts';
import {
  type AccountFailure,
  type CarrierAccess,
  type CarrierAnswer,
  type CarrierSession,
  failureOf,
  retryAfterOf,
  type TrackOutcome,
} from '../../../../src/adapters/contract/pull.ts';
import { NO_TIME } from '../../../../src/kernel/time/place-time.ts';
import type { ReadSubject } from '../check.ts';
import { accessChecks } from './access.ts';
import { offerChecks } from './offers.ts';
import { pullChecks } from './pull.ts';

/**
 * The format of answers here is `{"A1": "OK", "A2": null}`: a code for each number, none for one
 * that is unknown.
 */
const NUMBERS = ['100000001', '200000002', '300000003'];
const BATCH = JSON.stringify({ parcels: { [`${NUMBERS[0]}`]: 'OK', [`${NUMBERS[1]}`]: null } });

function parse({ text }: { readonly text: string }): ParseOutcome {
  const parcels = parcelsOf(text);
  if (parcels === null) return { outcome: 'unreadable', reason: 'no parcels', trackingNumbers: [] };
  const codes = Object.entries(parcels);
  const misses = codes
    .filter(([, code]) => code === null)
    .map(([trackingNumber]) => ({
      trackingNumber,
      outcome: 'not_found' as const,
      reason: 'unknown',
    }));
  const reports = codes
    .filter(([number, code]) => code === 'OK' && /^\d{9}$/.test(number))
    .map(([trackingNumber]) => ({
      trackingNumber,
      aliases: [],
      carrierPieceId: null,
      asOf: null,
      fullHistory: true,
      facts: [
        {
          codes: { code: 'OK' },
          identity: ['acme-1', 'OK', ''],
          time: NO_TIME,
          place: null,
          text: null,
          piece: null,
          logical: false,
        },
      ],
      snapshot: EMPTY_SNAPSHOT,
      links: [],
    }));
  if (reports.length + misses.length === 0) {
    return { outcome: 'unreadable', reason: 'no parcel', trackingNumbers: [] };
  }
  return { outcome: 'reports', reports, misses, warnings: [] };
}

function parcelsOf(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('parcels' in body)) return null;
    const { parcels } = body;
    if (typeof parcels !== 'object' || parcels === null || Array.isArray(parcels)) return null;
    return { ...parcels };
  } catch {
    return null;
  }
}

function accountFailure(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOf(answer);
  const { status } = answer;
  if (status === 401) return { outcome: 'auth_error', reason: 'HTTP 401' };
  if (status === 403) return { outcome: 'scope_missing', reason: 'HTTP 403' };
  if (status === 429) {
    const retryAfterS = retryAfterOf(answer, nowMs);
    return {
      outcome: 'rate_limited',
      reason: 'HTTP 429',
      ...(retryAfterS === null ? {} : { retryAfterS }),
    };
  }
  return status === 200 ? null : { outcome: 'error', reason: `HTTP ${status}` };
}

async function track(
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const good = numbers.filter((number) => /^\d{9}$/.test(number));
  const refused = numbers.filter((number) => !good.includes(number));
  const answer: CarrierAnswer | null =
    good.length === 0
      ? null
      : await session.send({ method: 'GET', path: `/parcels?numbers=${good.join()}` });
  const failure = answer && accountFailure(answer, session.nowMs());
  const parcels = answer?.kind === 'http' ? parcelsOf(answer.text) : null;
  return [
    ...refused.map((trackingNumber) => ({
      trackingNumber,
      outcome: 'refused' as const,
      reason: 'no number of ours',
    })),
    ...good.map((trackingNumber): TrackOutcome => {
      if (failure) return { trackingNumber, ...failure };
      const code = parcels !== null && trackingNumber in parcels ? parcels[trackingNumber] : '';
      if (code === null) return { trackingNumber, outcome: 'not_found', reason: 'unknown' };
      if (code !== 'OK') return { trackingNumber, outcome: 'error', reason: 'not in the answer' };
      const text = JSON.stringify({ parcels: { [trackingNumber]: code } });
      return { trackingNumber, outcome: 'answer', httpStatus: 200, text };
    }),
  ];
}

const ACCESS: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'Key', secret: true, required: true }],
  origins: { production: 'https://api.acme.example', test: null },
  token: {
    callsPerSecondMax: 1,
    request: (credentials) => ({ method: 'POST', path: '/token', body: { form: credentials } }),
    read: (answer) => {
      const failure = accountFailure({ kind: 'http', ...answer }, 0);
      if (failure !== null && failure.outcome !== 'unsent') {
        return { ...failure, outcome: failure.outcome };
      }
      const body = (() => {
        try {
          return JSON.parse(answer.text) as { access_token?: unknown; expires_in?: unknown } | null;
        } catch {
          return null;
        }
      })();
      const token = body?.access_token;
      const lifetimeS = Number(body?.expires_in);
      return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) && lifetimeS > 0
        ? { outcome: 'token', token, lifetimeS: lifetimeS }
        : { outcome: 'error', reason: 'no token' };
    },
  },
  headers: (_, token) => ({ authorization: `Bearer ${token}` }),
};

const GOOD: CarrierAdapter = {
  manifest: {
    name: 'acme',
    displayName: 'Acme',
    capabilities: ['pull', 'push', 'proof_of_delivery'],
    limits: {
      batchMax: 3,
      callsPerSecond: 1,
      callsPerHour: null,
      callsPerDay: null,
      source: 'made up for these tests',
    },
    matchKeys: ['code'],
    matchOrder: [['code']],
    codeShown: ['code'],
    zonePolicy: 'none',
    pullsFullHistory: true,
    historyCap: { maxEvents: null, maxAgeDays: null },
    corrections: [],
    returnCancelled: [],
    volatileFields: [],
    push: {
      trust: 'signed',
      secretHeaders: [],
      header: 'x-acme',
      headerConfigurable: false,
      replayWindowS: null,
      subscription: { scope: 'number', numbersPerCall: 3, lifetimeS: null },
    },
    retention: { deleteDaysAfterDelivery: null, note: '' },
    publicTrackingUrl: null,
    docs: [],
  },
  numbers: {
    normalize: (input) => input,
    recognise: (number) =>
      /^\d{9}$/.test(number) ? [{ format: 'acme', certainty: 1, checkDigit: 'none' }] : [],
  },
  parse,
  access: ACCESS,
  track,
  subscribe: async (numbers, hook, session) => {
    const json = { numbers, to: hook.url, secret: hook.secret };
    const answer = await session.send({ method: 'POST', path: '/hooks', body: { json } });
    const failure = accountFailure(answer, session.nowMs());
    return numbers.map((trackingNumber) => ({
      trackingNumber,
      ...(failure ?? { outcome: 'error', reason: 'not understood' }),
    }));
  },
  proofOfDelivery: async (_, session) => {
    const answer = await session.send({ method: 'GET', path: '/proof' });
    const failure = accountFailure(answer, session.nowMs());
    return failure ?? { outcome: 'none', reason: 'no image' };
  },
};

/** The rest of a subject of which only the adapter is known. */
const ALONE = {
  namedByFolder: true,
  reader: null,
  coverage: null,
  sandbox: null,
  elsewhere: null,
  forgeries: 1,
} as const;

/** Returns the titles of the checks that fail. */
async function failing(broken: Partial<CarrierAdapter>): Promise<readonly string[]> {
  const subject: ReadSubject = {
    adapter: { ...GOOD, ...broken },
    folder: 'acme',
    ...ALONE,
    fixtures: [
      {
        name: 'batch',
        payload: { text: BATCH, kind: 'track', httpStatus: 200 },
        expected: {},
        sameFactsAs: null,
      },
    ],
  };
  const checks = [...accessChecks(subject), ...pullChecks(subject), ...offerChecks(subject)];
  const titles: string[] = [];
  for (const check of checks) {
    if ((await check.problems()).length > 0) titles.push(check.title);
  }
  return titles;
}

function withTrack(
  change: (
    outcomes: readonly TrackOutcome[],
    numbers: readonly string[],
    session: CarrierSession,
  ) => readonly TrackOutcome[] | Promise<readonly TrackOutcome[]>,
): Partial<CarrierAdapter> {
  return {
    track: async (numbers, session) => change(await track(numbers, session), numbers, session),
  };
}

describe('the pulling half of the conformance suite', () => {
  it('passes a carrier that keeps every promise, and one that cannot be polled', async () => {
    expect(await failing({})).toEqual([]);
    const { access: _a, track: _t, subscribe: _s, proofOfDelivery: _p, ...push } = GOOD;
    const manifest = { ...GOOD.manifest, capabilities: [], push: null };
    expect(
      offerChecks({ ...subjectOf(push), adapter: { ...push, manifest } })[0]?.problems(),
    ).toEqual([]);
    expect(pullChecks(subjectOf(push))).toEqual([]);
  });

  it('requests a batch that partly failed among the fixtures, and says so', async () => {
    const check = pullChecks(subjectOf(GOOD)).find(({ id }) => id === 'pull.partial-batch');
    expect(await check?.problems()).toEqual(['none is read as reports together with misses']);
    expect(check?.fix).toMatch(/^fixtures\/: .*misses/);
  });

  it.each<[string, Partial<CarrierAdapter>]>([
    ['makes no call if', withTrack((outcomes, _, session) => asking(outcomes, session, '/none'))],
    ['returns exactly one outcome for each number', withTrack((outcomes) => outcomes.slice(1))],
    [
      'returns exactly one outcome for each number',
      withTrack((outcomes) => [...outcomes, ...outcomes]),
    ],
    [
      'distinguishes failures, treats each number',
      withTrack((outcomes) =>
        outcomes.map((each) =>
          each.outcome === 'unsent' ? { ...each, outcome: 'error' as const } : each,
        ),
      ),
    ],
    [
      'distinguishes failures, treats each number',
      withTrack((outcomes) => outcomes.map(({ ...each }) => without(each, 'retryAfterS'))),
    ],
    [
      'retries none',
      {
        track: async (numbers, session) => {
          await track(numbers, session);
          return track(numbers, session);
        },
      },
    ],
    [
      'distinguishes failures, treats each number',
      {
        track: async (numbers, session) => {
          const outcomes = await track(numbers, session);
          if (outcomes.some(({ outcome }) => outcome === 'auth_error')) throw new Error('401');
          return outcomes;
        },
      },
    ],
    [
      'returns an error for every number',
      withTrack((outcomes) =>
        outcomes.map((each) =>
          each.outcome === 'error'
            ? { trackingNumber: each.trackingNumber, outcome: 'not_found', reason: 'x' }
            : each,
        ),
      ),
    ],
    [
      'returns what its fixtures say',
      withTrack((outcomes) =>
        outcomes.map((each) => (each.outcome === 'answer' ? { ...each, text: BATCH } : each)),
      ),
    ],
    [
      'returns what its fixtures say',
      withTrack((outcomes) =>
        outcomes.map((each) =>
          each.outcome === 'answer'
            ? { trackingNumber: each.trackingNumber, outcome: 'error', reason: 'x' }
            : each,
        ),
      ),
    ],
    ['that failed in part', { parse: ({ text }) => withoutMisses(parse({ text })) }],
    [
      'changes the path',
      {
        track: async (numbers, session) => {
          for (const number of numbers) {
            await session.send({ method: 'GET', path: `/parcels/${encodeURIComponent(number)}` });
          }
          return track(numbers, session);
        },
      },
    ],
    [
      'returns exactly one outcome for each number',
      withTrack((outcomes, _, session) =>
        asking(outcomes, session, `/x?key=${session.credentials['api_key']}`),
      ),
    ],
    [
      'returns exactly one outcome for each number',
      {
        track: async (numbers, session) => {
          await session.send({ method: 'GET', path: '/x', origin: 'https://evil.example' });
          return track(numbers, session);
        },
      },
    ],
    ['claims exactly', { manifest: { ...GOOD.manifest, capabilities: ['push'] } }],
    [
      'accepts only documents as proof',
      {
        proofOfDelivery: async (_, session) => {
          const answer = await session.send({ method: 'GET', path: '/proof' });
          const failure = accountFailure(answer, 0);
          const bytes = new TextEncoder().encode(answer.kind === 'http' ? answer.text : '');
          return (
            failure ?? {
              outcome: 'documents',
              documents: [{ kind: 'signature', mediaType: 'image/png', bytes }],
            }
          );
        },
      },
    ],
    [
      'subscribes to each number once',
      {
        subscribe: async (numbers, hook, session) => {
          await session.send({ method: 'POST', path: `/hooks?secret=${hook.secret}` });
          return GOOD.subscribe?.(numbers, hook, session) ?? [];
        },
      },
    ],
    [
      'calls complete origins',
      { access: { ...ACCESS, origins: { production: 'http://api.acme.example', test: null } } },
    ],
    ['accepts only a token', { access: { ...ACCESS, token: { ...tokenOf(ACCESS), read: lax } } }],
    [
      'without a secret in the path',
      {
        access: {
          ...ACCESS,
          token: {
            ...tokenOf(ACCESS),
            request: ({ api_key }) => ({ method: 'GET', path: `/token?key=${api_key}` }),
          },
        },
      },
    ],
    ['authenticates calls', { access: { ...ACCESS, headers: () => ({ 'x-a': 'b\r\nc: d' }) } }],
  ])('catches a carrier that breaks "%s"', async (title, broken) => {
    expect(await failing(broken)).toContainEqual(expect.stringContaining(title));
  });
});

function lax(): { outcome: 'token'; token: string; lifetimeS: number } {
  return { outcome: 'token', token: 'x', lifetimeS: 1 };
}

function tokenOf({ token }: CarrierAccess): NonNullable<CarrierAccess['token']> {
  if (token === undefined) throw new Error('no token');
  return token;
}

function subjectOf(adapter: CarrierAdapter): ReadSubject {
  return { adapter, folder: 'acme', ...ALONE, fixtures: [] };
}

async function asking(
  outcomes: readonly TrackOutcome[],
  session: CarrierSession,
  path: string,
): Promise<readonly TrackOutcome[]> {
  await session.send({ method: 'GET', path });
  return outcomes;
}

function withoutMisses(outcome: ParseOutcome): ParseOutcome {
  return outcome.outcome === 'reports' && outcome.reports.length > 0
    ? { ...outcome, misses: [] }
    : outcome;
}

function without(outcome: TrackOutcome, name: string): TrackOutcome {
  const copy = { ...outcome };
  Reflect.deleteProperty(copy, name);
  return copy;
}
