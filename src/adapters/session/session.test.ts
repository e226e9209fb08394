import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import type { HttpOutcome, HttpRequest } from '../../platform/net/http-client.ts';
import {
  type CallReport,
  type CarrierAccess,
  type CarrierCall,
  createPace,
  createSession,
  createTokenCache,
  type Debit,
  type ObservedExchange,
  type SessionBreaker,
  type SessionOptions,
} from '../index.ts';

const START_MS = Date.UTC(2026, 10, 20, 12);
const CREDENTIALS = { client_id: 'test-id', client_secret: 'test-secret' };
const CALL: CarrierCall = { method: 'GET', path: '/parcels/1?full=true' };

const ACCESS: CarrierAccess = {
  credentials: [],
  origins: {
    production: 'https://api.acme.example',
    test: null,
    others: ['https://images.acme.example'],
  },
  token: {
    callsPerSecondMax: 1,
    request: (credentials) => ({ method: 'POST', path: '/token', body: { form: credentials } }),
    read: ({ status, text }) => {
      if (status === 200) return { outcome: 'token', token: text, lifetimeS: 3_600 };
      if (status === 403) return { outcome: 'rate_limited', reason: 'wait', retryAfterS: 600 };
      return { outcome: 'auth_error', reason: `status ${status}` };
    },
  },
  headers: (_, token) => ({ Authorization: `Bearer ${token}` }),
};

const ACME: SessionOptions['adapter'] = { manifest: { name: 'acme' }, access: ACCESS };

const { token: _, ...withoutToken } = ACCESS;
const KEY_ACCESS: CarrierAccess = { ...withoutToken, headers: () => ({ 'x-key': 'test-key' }) };

function answer(status: number, text = '', headers: Record<string, string> = {}): HttpOutcome {
  return { kind: 'answer', status, headers, text, bytes: new TextEncoder().encode(text) };
}

interface Bench {
  readonly clock: ReturnType<typeof manualClock>;
  readonly requests: HttpRequest[];
  readonly reports: CallReport[];
  readonly exchanges: ObservedExchange[];
  debits: number;
  session(change?: Partial<SessionOptions>): ReturnType<typeof createSession>;
}

/** A hub around one carrier: `carrier` answers calls, `tokens` the token endpoint. */
function bench(
  carrier: (request: HttpRequest) => HttpOutcome,
  tokens: (index: number) => HttpOutcome = (index) => answer(200, `token-${index}`),
): Bench {
  const clock = manualClock(START_MS);
  const wait = async (ms: number) => clock.advance(ms);
  const cache = createTokenCache(clock, wait);
  const requests: HttpRequest[] = [];
  let tokenRequests = 0;
  const breaker: SessionBreaker = {
    allows: () => ({ ok: true }),
    report: (outcome) => made.reports.push(outcome),
  };
  const made: Bench = {
    clock,
    requests,
    reports: [],
    exchanges: [],
    debits: 0,
    session: (change = {}) =>
      createSession({
        accountId: 'account-1',
        adapter: ACME,
        credentials: CREDENTIALS,
        origin: ACCESS.origins.production,
        http: {
          close: () => {},
          send: async (request) => {
            requests.push(request);
            // An answer takes its time: others come in between.
            await Promise.resolve();
            if (!request.url.endsWith('/token')) return carrier(request);
            tokenRequests += 1;
            return tokens(tokenRequests);
          },
        },
        tokens: cache,
        clock,
        randomBytes: (length) => new Uint8Array(length).fill(0xab),
        debit: async (): Promise<Debit> => {
          made.debits += 1;
          return { ok: true };
        },
        breaker,
        pace: createPace([], clock, wait),
        onAnswer: (exchanges) => made.exchanges.push(exchanges),
        ...change,
      }),
  };
  return made;
}

const tokenCalls = ({ requests }: Bench): number =>
  requests.filter(({ url }) => url.endsWith('/token')).length;

describe('a call that is not sent', () => {
  it('is held back by an open breaker, by a shutdown and by an empty budget', async () => {
    const hub = bench(() => answer(200));
    for (const reason of ['breaker_open', 'stopping'] as const) {
      const breaker: SessionBreaker = {
        allows: () => ({ ok: false, reason, retryAfterS: 9 }),
        report: () => expect.unreachable('nothing was granted'),
      };
      expect(await hub.session({ breaker }).send(CALL)).toEqual({
        kind: 'unsent',
        reason,
        retryAfterS: 9,
      });
    }
    const debit = async () => ({ ok: false, retryAfterS: 1_800 }) as const;
    expect(await hub.session({ debit }).send(CALL)).toEqual({
      kind: 'unsent',
      reason: 'budget',
      retryAfterS: 1_800,
    });
    expect(hub.requests.filter(({ url }) => !url.endsWith('/token'))).toEqual([]);
    // The granted probe is given back.
    expect(hub.reports).toEqual([{ kind: 'unsent' }]);
  });

  it('counts a ledger that cannot be read as an empty one', async () => {
    const hub = bench(() => answer(200));
    const debit = () => Promise.reject(new Error('the database is away'));
    expect(await hub.session({ debit }).send(CALL)).toMatchObject({ kind: 'unsent' });
  });

  it('never leaves its origin, whatever the path', async () => {
    const hub = bench(() => answer(200));
    const paths = [
      '//evil.example/x',
      '@evil.example/',
      '.evil.example/',
      '/a/../b',
      '/a/%2e%2e/b',
      '/..',
      '/a b',
      '/a\r\nx: y',
      '/\\evil.example',
      '/a#b',
      'https://evil.example/',
      '',
    ];
    for (const path of paths) {
      expect(await hub.session().send({ method: 'GET', path })).toEqual({
        kind: 'failed',
        reason: 'invalid_call',
      });
    }
    const origin = 'https://evil.example';
    expect(await hub.session().send({ ...CALL, origin })).toMatchObject({ reason: 'invalid_call' });
    expect(hub.requests).toEqual([]);
    expect(hub.debits).toBe(0);
  });

  it('reaches another host only where it was declared, and never from a sandbox', async () => {
    const hub = bench(() => answer(200));
    const call = { ...CALL, origin: 'https://images.acme.example' };
    await hub.session().send(call);
    await hub.session({ origin: 'http://127.0.0.1:9999/acme' }).send(call);
    expect(hub.requests.map(({ url }) => url).filter((url) => !url.endsWith('/token'))).toEqual([
      'https://images.acme.example/parcels/1?full=true',
      'http://127.0.0.1:9999/acme/parcels/1?full=true',
    ]);
  });
});

describe('an answer', () => {
  it('is returned whatever its status, and only a 401 is repeated', async () => {
    for (const status of [200, 204, 302, 400, 403, 404, 429, 500, 503]) {
      const hub = bench(() => answer(status, 'x', { 'retry-after': '7' }));
      expect(await hub.session().send(CALL)).toEqual({
        kind: 'http',
        status,
        headers: { 'retry-after': '7' },
        text: 'x',
      });
      expect([hub.debits, hub.reports]).toEqual([1, [{ kind: 'http', status }]]);
    }
  });

  it('that never came is a value, and reported to the breaker', async () => {
    for (const reason of ['timeout', 'network', 'too_large'] as const) {
      const hub = bench(() => ({ kind: 'failed', reason }));
      expect(await hub.session().send(CALL)).toEqual({ kind: 'failed', reason });
      expect(hub.reports).toEqual([{ kind: 'failed', reason }]);
    }
  });

  it('returns its bytes only on request', async () => {
    const hub = bench(() => answer(200, 'abc'));
    expect(await hub.session().send(CALL)).not.toHaveProperty('bytes');
    expect(await hub.session().send({ ...CALL, wantsBytes: true })).toHaveProperty('bytes');
  });

  it('is reported to the metrics, including the token’s call', async () => {
    const hub = bench(() => answer(429));
    await hub.session().send(CALL);
    expect(hub.exchanges.map(({ purpose, result }) => [purpose, result])).toEqual([
      ['token', expect.objectContaining({ status: 200 })],
      ['call', expect.objectContaining({ status: 429 })],
    ]);
  });
});

describe('requests', () => {
  it('is the body as JSON or as a form, with the account’s credentials over the call’s', async () => {
    const hub = bench(() => answer(200));
    const session = hub.session();
    await session.send({
      method: 'POST',
      path: '/json',
      headers: { AUTHORIZATION: 'Bearer stolen', 'X-Locale': 'en_US' },
      body: { json: { a: [1] } },
    });
    await session.send({ method: 'POST', path: '/form', body: { form: { a: 'b c' } } });
    expect(hub.requests.slice(1)).toMatchObject([
      {
        url: 'https://api.acme.example/json',
        body: '{"a":[1]}',
        headers: {
          authorization: 'Bearer token-1',
          'x-locale': 'en_US',
          'content-type': 'application/json',
        },
      },
      { body: 'a=b+c', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ]);
    expect(Object.keys(hub.requests[1]?.headers ?? {})).not.toContain('AUTHORIZATION');
  });

  it('keeps the carrier’s pace', async () => {
    const hub = bench(() => answer(200));
    const pace = createPace([{ calls: 2, perMs: 1_000 }], hub.clock, async (ms) =>
      hub.clock.advance(ms),
    );
    const session = hub.session({ pace, adapter: { ...ACME, access: KEY_ACCESS } });
    await Promise.all([1, 2, 3, 4, 5].map(() => session.send(CALL)));
    expect(hub.clock.nowMs() - START_MS).toBe(2_000);
  });

  it('provides fresh ids of 32 hex digits', () => {
    expect(
      bench(() => answer(200))
        .session()
        .newId(),
    ).toBe('ab'.repeat(16));
  });
});

describe('the token', () => {
  it('is fetched once for all who want it at once, and used until shortly before its end', async () => {
    const hub = bench(() => answer(200));
    await Promise.all(Array.from({ length: 20 }, () => hub.session().send(CALL)));
    expect(tokenCalls(hub)).toBe(1);
    hub.clock.advance(3_539_000);
    await hub.session().send(CALL);
    expect(tokenCalls(hub)).toBe(1);
    hub.clock.advance(2_000);
    await hub.session().send(CALL);
    expect(tokenCalls(hub)).toBe(2);
  });

  it('is renewed exactly once for any number of simultaneous refusals', async () => {
    const hub = bench(({ headers }) =>
      answer(headers?.['authorization'] === 'Bearer token-1' ? 401 : 200),
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => hub.session().send(CALL)));
    expect(answers.every((each) => each.kind === 'http' && each.status === 200)).toBe(true);
    expect(tokenCalls(hub)).toBe(2);
    // Each of the twenty calls went out twice, and was paid for twice.
    expect(hub.debits).toBe(40);
  });

  it('is not renewed a second time when the fresh one is refused too, nor for a while', async () => {
    const hub = bench(() => answer(401));
    expect(await hub.session().send(CALL)).toMatchObject({ kind: 'http', status: 401 });
    expect([tokenCalls(hub), hub.debits]).toEqual([2, 2]);
    expect(await hub.session().send(CALL)).toMatchObject({ kind: 'http', status: 401 });
    expect([tokenCalls(hub), hub.debits]).toEqual([2, 3]);
    hub.clock.advance(60_000);
    await hub.session().send(CALL);
    expect([tokenCalls(hub), hub.debits]).toEqual([3, 5]);
  });

  it('lets the second call go when the budget is empty by then', async () => {
    const hub = bench(() => answer(401));
    let left = 1;
    const debit = async (): Promise<Debit> => {
      left -= 1;
      return left < 0 ? { ok: false, retryAfterS: 5 } : { ok: true };
    };
    expect(await hub.session({ debit }).send(CALL)).toMatchObject({ kind: 'unsent' });
    expect(hub.reports).toEqual([{ kind: 'http', status: 401 }]);
  });

  it('that is unavailable is not requested again before its time, by any caller', async () => {
    const hub = bench(
      () => answer(200),
      () => answer(403),
    );
    const answers = await Promise.all([1, 2, 3].map(() => hub.session().send(CALL)));
    for (const each of answers) {
      expect(each).toMatchObject({ kind: 'no_token', failure: { outcome: 'rate_limited' } });
    }
    hub.clock.advance(599_000);
    expect(await hub.session().send(CALL)).toMatchObject({ failure: { retryAfterS: 1 } });
    expect([tokenCalls(hub), hub.debits]).toEqual([1, 0]);
    hub.clock.advance(1_000);
    await hub.session().send(CALL);
    expect(tokenCalls(hub)).toBe(2);
  });

  it('is reported to the breaker when its endpoint is down, once per attempt', async () => {
    const hub = bench(
      () => answer(200),
      () => ({ kind: 'failed', reason: 'timeout' }),
    );
    const answers = await Promise.all([1, 2].map(() => hub.session().send(CALL)));
    expect(answers[1]).toMatchObject({ kind: 'no_token', failure: { outcome: 'error' } });
    await hub.session().send(CALL);
    const kinds = hub.reports.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['failed', 'unsent', 'unsent']);
  });

  it('is requested again at once after the credentials were changed', async () => {
    const hub = bench(
      () => answer(200),
      (index) => (index === 1 ? answer(401) : answer(200, `token-${index}`)),
    );
    expect(await hub.session().send(CALL)).toMatchObject({ kind: 'no_token' });
    const credentials = { ...CREDENTIALS, client_secret: 'other-test-secret' };
    expect(await hub.session({ credentials }).send(CALL)).toMatchObject({ status: 200 });
  });

  it('is fetched at the pace of its endpoint, for all accounts together', async () => {
    const hub = bench(() => answer(200));
    const accounts = ['a', 'b', 'c', 'd'];
    await Promise.all(accounts.map((accountId) => hub.session({ accountId }).send(CALL)));
    expect(tokenCalls(hub)).toBe(4);
    expect(hub.clock.nowMs() - START_MS).toBeGreaterThanOrEqual(3 * 1_111);
  });

  it('is not needed where the credentials go with each call; a 401 is then final', async () => {
    const hub = bench(() => answer(401));
    const session = hub.session({ adapter: { ...ACME, access: KEY_ACCESS } });
    expect(await session.send(CALL)).toMatchObject({ status: 401 });
    expect(hub.requests.map(({ headers }) => headers?.['x-key'])).toEqual(['test-key']);
    expect(hub.debits).toBe(1);
  });
});
