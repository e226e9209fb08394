import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type AssignDeliveryOutcome, assignDelivery } from '../../deliveries/index.ts';

let hub: TestHub;
let call: Caller;
let tenant: Tenant;

beforeAll(async () => {
  hub = await createTestHub();
  const key = await hub.newKey();
  call = callerOf(hub, key.text);
  tenant = key.tenant;
});
afterAll(() => hub.close());

const uuidOf = (id: string) =>
  id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

async function hired(): Promise<string> {
  const body = { name: 'Courier', vehicle: 'van', shift: 'on' };
  return uuidOf(String((await call('POST', '/couriers', body)).body['id']));
}

async function wanted(count: number): Promise<string[]> {
  const body = {
    origin: { lat: 53.5436, lng: 9.9885 },
    destination: { lat: 53.5453, lng: 9.9467 },
    package_size: 'small',
    phone: '+4915112345678',
  };
  const made = await Promise.all(
    Array.from({ length: count }, () => call('POST', '/deliveries', body)),
  );
  return made.map((each) => uuidOf(String(each.body['delivery_id'])));
}

const take = (shipmentId: string, courierId: string, deps = hub.deliveries) =>
  assignDelivery(deps, tenant, shipmentId, { courierId, how: 'accepted' });

const kindOf = (each: PromiseSettledResult<AssignDeliveryOutcome>) =>
  each.status === 'fulfilled' ? each.value.kind : 'failed';

it('a failure for one courier is retried for its own batch, and nobody else waits for that', async () => {
  const [unlucky, other] = [await hired(), await hired()];
  const ids = await wanted(30);
  const done: number[] = [];
  const answered: number[] = [];
  const deps: typeof hub.deliveries = {
    ...hub.deliveries,
    async placesOf(of, couriers) {
      done.push(answered.length);
      if (couriers.includes(unlucky)) throw Object.assign(new Error('bad'), { code: '22000' });
      return hub.deliveries.placesOf(of, couriers);
    },
  };
  const outcomes = await Promise.allSettled(
    ids.map(async (id, index) => {
      const outcome = await take(id, index === 0 ? unlucky : other, deps);
      answered.push(index);
      return outcome;
    }),
  );
  expect(outcomes.map(kindOf)).toEqual(['failed', ...new Array(29).fill('assigned')]);
  // Two batches of up to 24, of which the first fails; its 24 run one by one, each answered before
  // the next.
  expect(done).toEqual([
    0,
    0,
    ...Array.from({ length: 24 }, (_, index) => 6 + Math.max(0, index - 1)),
  ]);
});

it('a courier after one with a repeated answer gets the true answer: it is over', async () => {
  const [winner, late] = [await hired(), await hired()];
  const [id = ''] = await wanted(1);
  const first = await take(id, winner);
  expect(first).toMatchObject({ kind: 'assigned', isRepeated: false });
  await call('POST', `/deliveries/del_${id.replaceAll('-', '')}/cancel`, {});
  const alone = await take(id, late);
  expect(alone).toEqual({ kind: 'ended' });
  const together = await Promise.all([take(id, winner), take(id, late), take(id, winner)]);
  const again = { ...first, isRepeated: true };
  expect(together).toEqual([again, alone, again]);
});

it('a courier who repeats a request gets the same answer each time, at the cost of one', async () => {
  const winner = await hired();
  const [id = ''] = await wanted(1);
  await take(id, winner);
  let pieces = 0;
  const deps: typeof hub.deliveries = {
    ...hub.deliveries,
    async placesOf(of, couriers) {
      pieces += 1;
      return hub.deliveries.placesOf(of, couriers);
    },
  };
  const answers = await Promise.all(Array.from({ length: 30 }, () => take(id, winner, deps)));
  expect(answers.every((each) => each.kind === 'assigned' && each.isRepeated)).toBe(true);
  expect(pieces).toBeLessThanOrEqual(2);
});
