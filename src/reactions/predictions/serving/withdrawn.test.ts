import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../../tracking/test-acme.ts';
import { startTestServing, type TestServing } from './test-serving.ts';

/** It is a Tuesday noon in UTC when the tests begin, the tenth of March 2026. */
const CHICAGO = { country: 'US', postal_code: '60601', region: 'IL' };
const personal = { recipient: null, origin: null, destination: CHICAGO };
const at = (code: string, when: string) => ({ code, at: when, city: 'Omaha' });

let test: TestServing;
beforeAll(async () => {
  test = await startTestServing();
});
afterAll(() => test.close());

/**
 * Creates a parcel with that report of its carrier; `mode`: the mode of its tenant from then on.
 */
async function parcel(
  number: string,
  reported: Omit<TestReport, 'number'>,
  mode: 'live' | 'test' = 'live',
): Promise<string> {
  const id = await test.parcel(number, { personal });
  for (const table of ['shipments', 'edd_predictions']) {
    const key = table === 'shipments' ? 'id' : 'shipment_id';
    await test.rows(`update ${table} set mode = $2 where ${key} = $1`, [id, mode]);
  }
  await test.tell(number, reported);
  return id;
}

const estimateOf = async (number: string) => (await test.track(number))?.['estimated_delivery'];
const notifiedDays = async (id: string) =>
  (await test.logged(id)).map(({ data }) => {
    const estimate = data['estimated_delivery'] as { date: string } | null;
    return estimate?.date ?? null;
  });

const PICKED_UP = at('PICK', '2026-03-10T06:00');

describe('a carrier’s day that is over at the destination, and nobody says another', () => {
  it('does not come back when ours expires without further updates, nor when the parcel turns back', async () => {
    const id = await parcel('W2', { events: [PICKED_UP], edd: '2026-03-14' });
    await test.passTo('2026-03-17T12:00:00Z');
    expect(await estimateOf('W2')).toMatchObject({ source: 'rule', late: true });
    await test.passTo('2026-04-28T12:00:00Z');
    expect(await estimateOf('W2')).toBeNull();
    const days = await notifiedDays(id);
    expect(days.slice(days.indexOf('2026-03-17'))).not.toContain('2026-03-14');
    expect(days.at(-1)).toBeNull();
  });

  it('does not come back either when the parcel is with its sender again', async () => {
    const day = (ahead: number) =>
      new Date(test.hub.clock.nowMs() + ahead * 86_400_000).toISOString();
    const picked = at('PICK', day(0).slice(0, 11).concat('06:00'));
    const edd = day(1).slice(0, 10);
    await parcel('W6', { events: [picked], edd });
    await test.passTo(day(5));
    expect(await estimateOf('W6')).toMatchObject({ late: true });
    const back = at('BACK', day(0).slice(0, 11).concat('06:00'));
    await test.tell('W6', { events: [picked, back], edd });
    expect(await test.track('W6')).toMatchObject({
      status: 'returned_to_sender',
      estimated_delivery: null,
    });
  });

  it('is never announced for a parcel whose first report comes when it is over', async () => {
    const now = new Date(test.hub.clock.nowMs()).toISOString().slice(0, 16);
    const id = await parcel('W3', { events: [at('LOST', now)], edd: '2026-03-12' });
    expect(await estimateOf('W3')).toBeNull();
    expect(await notifiedDays(id)).not.toContain('2026-03-12');
  });

  it('is not looked at again and again', async () => {
    const rows = await test.rows('select 1 from edd_predictions where due_at <= $1', [
      new Date(test.hub.clock.nowMs()),
    ]);
    expect(rows).toEqual([]);
  });
});

describe('no day is shown of a parcel that cannot arrive any more', () => {
  it.each([
    ['has been delivered', 'DEL'],
    ['is with its sender again', 'BACK'],
    ['waits to be collected', 'PICKUP'],
    ['is lost', 'LOST'],
  ])('as it %s, however far ahead the carrier’s day is', async (_, code) => {
    const events = [PICKED_UP, at(code, '2026-03-12T06:00')];
    const id = await parcel(`E-${code}`, { events, edd: '2026-12-24' });
    expect(await estimateOf(`E-${code}`)).toBeNull();
    expect(await test.track(`E-${code}`)).not.toHaveProperty('previous_estimate');
    expect((await notifiedDays(id)).at(-1)).toBeNull();
  });

  it('and the carrier’s day is back as soon as it moves on', async () => {
    await parcel('W1', { events: [at('PICKUP', '2026-03-10T06:00')], edd: '2026-12-24' });
    expect(await estimateOf('W1')).toBeNull();
    const events = [at('PICKUP', '2026-03-10T06:00'), at('HUB', '2026-03-10T07:00')];
    await test.tell('W1', { events, edd: '2026-12-24' });
    expect(await test.track('W1')).toMatchObject({ status: 'at_facility' });
    expect(await estimateOf('W1')).toMatchObject({ date: '2026-12-24' });
  });
});

describe('what stands as it was said', () => {
  it('is the carrier’s day of a test parcel that replays old reports', async () => {
    await parcel('W5', { events: [PICKED_UP], edd: '2026-03-14' }, 'test');
    expect(await estimateOf('W5')).toMatchObject({ date: '2026-03-14', source: 'carrier' });
  });
});
