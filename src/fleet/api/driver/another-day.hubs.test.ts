import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  call = callerOf(hub, made.text);
  tenant = made.tenant;
  // Cases consume the log from here on.
  await hub.workExceptions();
  ada = await newDriver(hub, call, 'Ada Example');
});
afterAll(() => hub.close());

async function newParcel(line1: string): Promise<{ id: string; number: string }> {
  const destination = { line1, postal_code: '22767', city: 'Hamburg', country: 'DE' };
  const made = await call('POST', '/shipments', { carrier: 'fleet', destination });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

let serial = 0;
const event = (type: string, members: object) => {
  serial += 1;
  return { id: `e-${serial}`, type, at: '2026-03-10T11:55:00Z', ...members };
};
async function send(...events: readonly object[]) {
  const { body } = await ada.call('POST', '/driver/events', events);
  await hub.settled();
  return body['results'];
}

it('a recipient’s other day takes a parcel off the route, or back to the depot if it is in the van', async () => {
  const [planned, loaded] = [await newParcel('A 1'), await newParcel('B 2')];
  await call('PUT', `/couriers/${ada.id}/route`, {
    parcels: [{ shipment_id: loaded.id }, { shipment_id: planned.id }],
  });
  await call('POST', '/scans', [
    { tracking_number: planned.number, code: 'SORT', scanned_at: '2026-03-10T08:00:00Z' },
  ]);
  await send(event('scan', { tracking_number: loaded.number, code: 'LOAD' }));
  const { selfService } = hub.exceptions;
  for (const { id: shipmentId } of [planned, loaded]) {
    const offers = await selfService.offers({ tenant, shipmentId });
    expect(offers?.reschedule).toMatchObject({ by: 'carrier', dayOnly: false });
    const [date = ''] = offers?.reschedule?.dates ?? [];
    expect(date).toBe('2026-03-11');
    const requested = { date, window: 'morning' as const, instructions: 'Ring at Meier' };
    const outcome = await selfService.reschedule({ tenant, shipmentId }, requested);
    expect(outcome).toEqual({ outcome: 'accepted', by: 'carrier' });
  }
  const { body } = await ada.call('GET', '/driver/route');
  expect(body['stops']).toMatchObject([
    {
      notes: ['Preferred: morning. Ring at Meier'],
      window: { from: '2026-03-10T23:00:00.000Z', to: '2026-03-11T22:59:59.999Z' },
      parcels: [{ tracking_number: loaded.number, state: 'loaded' }],
    },
  ]);
  expect(body['notices']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: 'rescheduled',
        tracking_number: planned.number,
        date: '2026-03-11',
        text: `${planned.number}: the recipient asked for March 11. Do not deliver it today; leave it at the depot or bring it back.`,
      }),
      expect.objectContaining({ kind: 'rescheduled', tracking_number: loaded.number }),
    ]),
  );
});

it('the other day is a day at the parcel’s destination', async () => {
  const destination = { line1: '1 Main St', postal_code: '90012', city: 'Los Angeles' };
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    destination: { ...destination, region: 'CA', country: 'US' },
  });
  const trackingNumber = String(made.body['tracking_number']);
  await send(event('scan', { tracking_number: trackingNumber, code: 'LOAD' }));
  const day = { trackingNumber, date: '2026-03-12', instructions: null };
  expect(await hub.couriers.work.reschedule(tenant, day)).toBe(true);
  const { body } = await ada.call('GET', '/driver/route');
  const stops = body['stops'] as { window: object; parcels: { tracking_number: string }[] }[];
  const stop = stops.find((each) => each.parcels[0]?.tracking_number === trackingNumber);
  expect(stop?.window).toEqual({
    from: '2026-03-12T07:00:00.000Z',
    to: '2026-03-13T06:59:59.999Z',
  });
});

it('a courier’s note is on the parcel’s case, whichever of the two came first', async () => {
  const { id, number } = await newParcel('C 3');
  const of = { tracking_number: number };
  const results = await send(
    event('scan', { ...of, code: 'LOAD' }),
    event('note', { shipment_id: id, note: 'The box is wet at one corner.' }),
    event('scan', { ...of, code: 'EXCEPTION', reason_code: 'DAMAGED', note: 'Torn, too.' }),
  );
  expect(results).toMatchObject([{}, { outcome: 'accepted' }, { outcome: 'accepted' }]);
  await hub.workExceptions();
  const listed = await call('GET', `/exceptions?shipment_id=${id}`);
  const [found] = listed.body['data'] as { id: string; kind: string }[];
  expect(found?.kind).toBe('damaged');
  const { body } = await call('GET', `/exceptions/${found?.id}`);
  expect(body['courier_notes']).toEqual([
    { at: expect.any(String), courier_name: 'Ada', text: 'The box is wet at one corner.' },
    { at: expect.any(String), courier_name: 'Ada', text: 'Torn, too.' },
  ]);
  const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  expect((await other('GET', `/exceptions/${found?.id}`)).status).toBe(404);
});
