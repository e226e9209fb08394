import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const AT = '/console/shipments';

let hub: TestHub;
let desk: TestDesk;
let id: string;

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  const merchant = callerOf(hub, KEY);
  for (const order of ['1001', '1002']) {
    const number = `0034043416109404${order}`;
    const made = { tracking_number: number, carrier: 'dhl', order_id: order, tags: ['gift'] };
    id = String((await merchant('POST', '/shipments', made)).body['id']);
  }
});
afterAll(() => hub?.close());

const ordersAt = async (query: string) => {
  const { text } = await desk.visit(`${AT}?${query}`, desk.owner);
  return ['1001', '1002'].filter((order) => text.includes(`0034043416109404${order}`));
};
const act = async (doing: string) =>
  (await desk.visit(AT, desk.owner, { do: doing, id })).headers.get('location');

it('archived parcels are left out of the list, can still be found, and can be restored', async () => {
  expect(await ordersAt('')).toEqual(['1001', '1002']);
  expect(await act('archive')).toContain('job=');
  expect(await ordersAt('')).toEqual(['1001']);
  expect(await ordersAt('carrier=dhl')).toEqual(['1001']);
  for (const query of ['q=1002', 'tag=gift', 'tag=archived']) {
    expect([query, await ordersAt(query)]).toEqual([
      ...[query, query === 'tag=gift' ? ['1001', '1002'] : ['1002']],
    ]);
  }
  const archived = await desk.visit(`${AT}?tag=archived`, desk.owner);
  expect(archived.text).toContain('Take out of the archive');
  expect(await act('unarchive')).toContain('job=');
  expect(await ordersAt('')).toEqual(['1001', '1002']);
});
