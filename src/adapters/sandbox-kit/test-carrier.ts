import { basicOf, jsonAnswer, type SandboxCarrier } from './carrier.ts';
import type { SandboxPlace, Scenario } from './scenarios/scenario.ts';
import { HOUR_MS } from './scenarios/scenario.ts';

/** A minimal carrier for the kit's own tests: `GET /{number}` with HTTP Basic. */
const BERLIN: SandboxPlace = {
  city: 'Berlin',
  region: 'BE',
  postalCode: '10115',
  country: 'DE',
  zone: 'Europe/Berlin',
};

const life = {
  service: 'parcel',
  origin: BERLIN,
  destination: BERLIN,
  weightG: 1_000,
} as const;
const event = (code: string, hours: number) => ({
  codes: { code },
  text: code,
  place: BERLIN,
  happensMs: hours * HOUR_MS,
});

const scenarios: readonly Scenario[] = [
  {
    name: 'three-scans',
    title: 'Three scans, one an hour',
    numbers: ['MAGIC3'],
    lives: [
      {
        ...life,
        estimates: [{ visibleMs: HOUR_MS, atMs: 5 * HOUR_MS, windowMs: HOUR_MS }],
        events: [event('A', 0), event('B', 1), event('C', 2)],
      },
    ],
  },
  {
    name: 'taken-back',
    title: 'A scan that is taken back',
    numbers: [],
    lives: [{ ...life, events: [event('A', 0), { ...event('X', 1), deletedMs: 2 * HOUR_MS }] }],
  },
  {
    name: 'two-lives',
    title: 'A number used twice',
    numbers: [],
    lives: [
      { ...life, startsMs: -2_400 * HOUR_MS, events: [event('OLD', 0)] },
      { ...life, events: [event('NEW', 0)] },
    ],
  },
  {
    name: 'odd-pushes',
    title: 'Pushes lost, twice and late',
    numbers: [],
    lives: [
      {
        ...life,
        events: [
          { ...event('LOST', 1), push: 'lost' },
          { ...event('TWICE', 2), push: 'twice' },
          { ...event('LATE', 3), push: { lateMs: 10 * HOUR_MS } },
          event('LAST', 4),
        ],
      },
    ],
  },
];

export const testCarrier: SandboxCarrier = {
  name: 'acme',
  displayName: 'Acme',
  credentials: { user: 'sandbox', password: 'sandbox' },
  scenarios,
  demo: { number: 'DEMO1', scenario: 'three-scans', pace: 60 },
  rates: [{ name: 'minute', endpoint: 'api', calls: 3, perS: 60 }],
  accountOf: (request) => basicOf(request)?.user ?? null,
  answer(request, world) {
    const basic = basicOf(request);
    if (basic === null || world.credentials(basic.user, basic.password) !== 'good') {
      return jsonAnswer(401, { error: 'who?' });
    }
    const rate = world.spend('api', basic.user);
    if (!rate.ok) return jsonAnswer(429, {}, { 'retry-after': String(rate.retryAfterS) });
    const parcel = world.parcel(request.path.slice(1));
    if (parcel === null) return jsonAnswer(404, { error: 'no such parcel' });
    return jsonAnswer(200, parcel);
  },
  faultAnswer(fault) {
    if (fault === 'token_throttled') return null;
    return jsonAnswer(fault === 'rate_limited' ? 429 : fault === 'unavailable' ? 503 : 500, {});
  },
  push: {
    compose: ({ parcel, event: pushed, message }) => ({
      headers: {},
      body: JSON.stringify({ number: parcel?.number, code: pushed?.codes['code'], message }),
    }),
    retriesAfterMs: [60_000, 60_000],
    accepts: (status) => status === 200,
  },
};

/** HTTP Basic of a test account; not a secret. */
export const AUTHORIZED = {
  authorization: `Basic ${Buffer.from('tester:test').toString('base64')}`,
};
