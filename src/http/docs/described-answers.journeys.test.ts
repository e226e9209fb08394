import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTurn } from '../../kernel/test-runs.ts';
import { bootstrap } from '../../merchants/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import type { Operation } from '../kit/operation.ts';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';
import { callerOf } from '../testing/test-client.ts';
import { statusesOf } from '../testing/test-described.ts';
import { OPERATIONS } from '../testing/test-operations.ts';

/** A key for tests only. */
const OPERATOR = 'wb_test_bootstrap_not_a_secret';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let site: TestPublic;
/** No key, an unknown key, one without scopes here, a merchant's, an operator's. */
type Asker = 'nobody' | 'unknown' | 'narrow' | 'merchant' | 'operator';
const keys = new Map<Asker, string>([
  ['unknown', 'wb_test_of_nobody'],
  ['operator', OPERATOR],
]);
beforeAll(async () => {
  site = await openTestPublic();
  const { hub } = site;
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, OPERATOR);
  keys.set('narrow', (await hub.newKey({ scopes: ['exceptions:read'] })).text);
  keys.set('merchant', (await hub.newKey()).text);
});
// Closing fails if a response here, or in any other test of the hub, is undescribed.
afterAll(() => site.close());

interface Probe {
  readonly who: Asker;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
}

const HTML = { accept: 'text/html' };
const READS: readonly Probe[] = [
  { who: 'nobody' },
  { who: 'nobody', headers: HTML },
  { who: 'unknown' },
  { who: 'narrow' },
  { who: 'merchant' },
  { who: 'operator' },
  { who: 'operator', query: '?limit=x&cursor=x&after=x&from=x&carrier=x&t=x&number=x&order=x' },
  { who: 'nobody', headers: HTML, query: '?t=ss.x.1.0123abcd.0123456789012345678901' },
];
const WRITES: readonly Probe[] = [
  ...READS,
  { who: 'operator', body: '{}' },
  { who: 'operator', body: '{' },
  { who: 'operator', body: '{"":"\\u0000"}' },
  { who: 'operator', body: '{}', headers: { 'content-type': 'text/plain' } },
  { who: 'operator', body: '{}', headers: { 'content-encoding': 'gzip' } },
  { who: 'operator', body: '{}', headers: { 'if-match': 'no tag' } },
  { who: 'operator', body: '{}', headers: { 'if-match': '"99"' } },
  { who: 'operator', body: '{}', headers: { 'idempotency-key': 'x'.repeat(300) } },
  { who: 'nobody', body: '{}' },
  { who: 'nobody', body: 'csrf=x&t=x&address=x&from=1', headers: FORM },
  { who: 'nobody', body: `csrf=${'x'.repeat(40_000)}`, headers: FORM },
  { who: 'operator', body: JSON.stringify('x'.repeat(1_100_000)) },
];

/** Texts that are no ids, and an id that does not exist. */
const PARAMS = ['zz', '01890a5d-ac96-774b-bcce-b302099a8057'];

describe.each(OPERATIONS)('$method $path', (described) => {
  it('gives only the answers in its description', async () => {
    const { method } = described;
    // Refills the rate limits, so that no probe gets a 429 because of earlier ones.
    site.hub.clock.advance(60_000);
    const probes = method === 'GET' ? READS : WRITES;
    const all = ['/v1', ''].flatMap((base) => probes.map((probe, i) => ({ base, i, ...probe })));
    const sampled = inTurn(all, OPERATIONS.indexOf(described), 6);
    const answered = await Promise.all(
      sampled.map(async ({ base, i, who, headers, query = '', body }) => {
        const call = callerOf(site.hub, keys.get(who) ?? null);
        const path = base + pathOf(described, i) + query;
        const { status } = await call(method, path, body, headers);
        return { path, who, headers, body: body?.slice(0, 40), status };
      }),
    );
    const named = statusesOf(method, described.path);
    // A page's form does not exist under /v1.
    const statuses = new Set([...named, '405']);
    const isFine = (status: number) => status < 500 && statuses.has(String(status));
    expect(answered.filter(({ status }) => !isFine(status))).toEqual([]);
  });
});

function pathOf({ path }: Operation, i: number): string {
  const named = path.replace(':carrier', site.carriers[0]);
  return named.replaceAll(/:[a-z_]+/g, PARAMS[i % PARAMS.length] ?? '');
}
