import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
});
afterAll(() => hub.close());

async function newParcel(): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}
let serial = 0;
const event = (number: string, code: string, minutesAgo: number, more: object = {}) => {
  serial += 1;
  const at = new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
  return { id: `h-${serial}`, type: 'scan', at, tracking_number: number, code, ...more };
};
async function send(...events: readonly object[]) {
  const answer = await ada.call('POST', '/driver/events', events);
  await hub.settled();
  return (answer.body['results'] as { outcome: string }[]).map(({ outcome }) => outcome);
}
const handOver = (body: object) => call('POST', `/couriers/${ada.id}/handover`, body);
const shown = async (id: string) => {
  const { body } = await call('GET', `/shipments/${id}`);
  return body['status'];
};
const holds = async () => (await call('GET', `/couriers/${ada.id}`)).body['holds'];

describe('parcels returned to the building', () => {
  it('are the building’s once the courier scanned them in, and may be loaded again the next day', async () => {
    const [one, two] = [await newParcel(), await newParcel()];
    await send(
      event(one.number, 'LOAD', 60),
      event(two.number, 'LOAD', 59),
      event(one.number, 'ATTEMPT', 30, { reason_code: 'NOT_HOME' }),
    );
    const back = { facility_code: 'HAM-1' };
    expect(
      await send(event(one.number, 'ARRIVE', 9, back), event(two.number, 'ARRIVE', 8, back)),
    ).toEqual(['accepted', 'accepted']);
    expect([await shown(one.id), await shown(two.id), await holds()]).toEqual([
      ...['at_facility', 'at_facility', 0],
    ]);
    expect(await send(event(one.number, 'ATTEMPT', 0))).toEqual(['refused']);
    expect(await send(event(one.number, 'LOAD', 0))).toEqual(['accepted']);
    expect([await shown(one.id), await holds()]).toEqual(['out_for_delivery', 1]);
  });

  it('are handed in by the merchant when the phone is lost: all of the courier’s, or some', async () => {
    const [one, two, listed] = [await newParcel(), await newParcel(), await newParcel()];
    await call('PUT', `/couriers/${ada.id}/route`, { parcels: [{ shipment_id: listed.id }] });
    await send(event(one.number, 'LOAD', 60), event(two.number, 'LOAD', 59));
    const some = await handOver({ facility_code: 'HAM-1', shipment_ids: [two.id.toUpperCase()] });
    expect([some.status, some.body]).toEqual([200, { moved: 1 }]);
    const all = await handOver({ facility_code: 'HAM-1' });
    expect(all.body).toEqual({ moved: 1 });
    await hub.settled();
    expect([await shown(one.id), await shown(two.id), await holds()]).toEqual([
      ...['at_facility', 'at_facility', 0],
    ]);
    const route = await ada.call('GET', '/driver/route');
    expect((route.body['notices'] as { kind: string }[]).map(({ kind }) => kind)).toEqual([
      ...['removed', 'removed'],
    ]);
    expect((await handOver({ facility_code: 'HAM-1' })).body).toEqual({ moved: 0 });
    const none = await handOver({ facility_code: 'HAM-1', shipment_ids: [listed.id] });
    expect([none.status, none.body['shipment_ids']]).toEqual([409, [listed.id]]);
  });

  it('go to either a colleague or a building', async () => {
    for (const body of [
      {},
      { courier_id: ada.id, facility_code: 'HAM-1' },
      { facility_code: '' },
    ]) {
      expect((await handOver(body)).status).toBe(422);
    }
    const nobody = '/couriers/cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80/handover';
    expect((await call('POST', nobody, { facility_code: 'HAM-1' })).status).toBe(404);
  });
});
