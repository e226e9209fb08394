import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import { startTestWebhooks, type TestWebhooks } from '../test-webhooks.ts';
import { type Claims, type ClaimsDeps, createClaims } from './claims.ts';
import { createThrottle, type Throttle } from './throttle.ts';

let hooks: TestWebhooks;
beforeEach(async () => {
  hooks = await startTestWebhooks();
  await hooks.engine.stop();
});
afterEach(() => hooks.close());

/** Creates endpoints with one due queue each; the higher the id, the later it became due. */
async function dueEndpoints(count: number): Promise<void> {
  const { merchantId, mode } = hooks.tenant;
  const ids = `select ('00000000-0000-4000-8000-' || lpad(nr::text, 12, '0'))::uuid as id, nr
               from generate_series(1, ${count}) as nr`;
  await hooks.db.pipeline.query(
    `insert into webhook_endpoints (id, merchant_id, mode, sealed, events, created_at, updated_at)
     select id, $1, $2, '', '{*}', now(), now() from (${ids}) as e`,
    [merchantId, mode],
  );
  await hooks.db.pipeline.query(
    `insert into webhook_queues (endpoint_id, subject_id, merchant_id, mode, last_sequence, due_at,
       touched_at)
     select id, id, $1, $2, 1, to_timestamp($3 / 1000.0) - make_interval(secs => ${count} - nr), now()
     from (${ids}) as e`,
    [merchantId, mode, hooks.clock.nowMs()],
  );
}

interface TestClaims {
  readonly claims: Claims;
  readonly seen: Map<string, Throttle>;
  readonly claimed: Set<string>;
}

function start(more: Partial<ClaimsDeps> = {}): TestClaims {
  const seen = new Map<string, Throttle>();
  const claimed = new Set<string>();
  const claims = createClaims({
    db: hooks.db,
    clock: hooks.clock,
    log: createLog({ level: 'silent' }),
    leaseMs: 30_000,
    throttleOf(id) {
      const throttle = seen.get(id) ?? createThrottle(id);
      seen.set(id, throttle);
      return throttle;
    },
    newToken: () => '7',
    roomLeft: () => 10_000,
    mayFetch: () => true,
    onOpen: () => {},
    onClaimed: (_token, _until, _queues, keys) => {
      for (const { endpointId } of keys) claimed.add(endpointId);
    },
    ...more,
  });
  return { claims, seen, claimed };
}

it('finds every endpoint in a few looks, however many stay due before it', async () => {
  await dueEndpoints(4_100);
  const { claims, seen } = start({ roomLeft: () => 0 });
  for (let checks = 0; checks < 3; checks += 1) {
    await claims.fetch();
    await claims.settled();
  }
  expect(seen.size).toBe(4_100);
});

it('fetches for all it has seen, though one statement takes but a part of them', async () => {
  await dueEndpoints(1_500);
  const { claims, claimed } = start();
  await claims.fetch();
  await claims.settled();
  expect(claimed.size).toBe(1_500);
});

it('fetches nothing for endpoints whose turn is far', async () => {
  await dueEndpoints(20);
  const { claims, claimed } = start({ mayFetch: ({ endpointId }) => endpointId.endsWith('7') });
  await claims.fetch();
  await claims.settled();
  expect(claimed.size).toBe(2);
});
