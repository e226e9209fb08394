import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { newDriver, type TestDriver } from '../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let bob: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  bob = await newDriver(hub, call, 'Bob Example');
});
afterAll(() => hub.close());

async function newParcel(by = call): Promise<{ id: string; number: string }> {
  const made = await by('POST', '/shipments', { carrier: 'fleet' });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}
const at = (minutesAgo: number) => new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
const row = (number: string, code: string, minutesAgo = 10, more: object = {}) => {
  return { tracking_number: number, code, scanned_at: at(minutesAgo), ...more };
};

interface Result {
  readonly outcome: string;
  readonly error?: { readonly code: string; readonly pointer: string };
}
async function send(driver: TestDriver, ...scans: readonly unknown[]) {
  const answer = await driver.call('POST', '/scans', scans);
  expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
  await hub.settled();
  const results = answer.body['results'] as readonly Result[];
  return results.map(({ outcome, error }) =>
    error === undefined ? outcome : `${error.code} ${error.pointer}`,
  );
}
const shown = async (id: string) => (await call('GET', `/shipments/${id}`)).body['status'];

describe('POST /v1/scans with the key of a courier’s device', () => {
  it('takes custody of parcels, reports on them and hands them in', async () => {
    const { id, number } = await newParcel();
    expect(await send(ada, row(number, 'LOAD', 30), row(number, 'ATTEMPT', 20))).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(await shown(id)).toBe('delivery_attempted');
    expect((await call('GET', `/couriers/${ada.id}`)).body).toMatchObject({ holds: 1 });
    const handIn = row(number, 'ARRIVE', 10, { facility_code: 'HAM-1', device_id: 'someone' });
    expect(await send(ada, handIn)).toEqual(['accepted']);
    expect(await shown(id)).toBe('at_facility');
    expect((await call('GET', `/couriers/${ada.id}`)).body).toMatchObject({ holds: 0 });
    // Sent again it changes nothing: a parcel that was handed in is not picked up again.
    expect(await send(ada, row(number, 'LOAD', 30), handIn)).toEqual(['duplicate', 'duplicate']);
    expect((await call('GET', `/couriers/${ada.id}`)).body).toMatchObject({ holds: 0 });
  });

  it('has no effect on parcels not in the courier’s custody, and is processed again once they are', async () => {
    const { id, number } = await newParcel();
    const delivered = row(number, 'DELIVERED', 5);
    expect(await send(ada, delivered)).toEqual(['not_yours /tracking_number']);
    await send(bob, row(number, 'LOAD', 30));
    expect(await send(ada, row(number, 'LOAD', 20), delivered)).toEqual([
      'held_by_another /tracking_number',
      'not_yours /tracking_number',
    ]);
    expect(await shown(id)).toBe('out_for_delivery');
    expect(
      (await call('POST', `/couriers/${bob.id}/handover`, { courier_id: ada.id })).status,
    ).toBe(200);
    hub.clock.advance(60_000);
    const later = row(number, 'DELIVERED', 0);
    expect(await send(ada, later)).toEqual(['accepted']);
    expect(await shown(id)).toBe('delivered');
    const refused = await call('GET', `/couriers/${ada.id}/events?outcome=refused`);
    expect(refused.text).not.toContain('isRepeatable');
    expect(refused.text).toContain(number);
  });

  it('rejects each bad scan alone, and those that are not a courier’s to report', async () => {
    const { number } = await newParcel();
    const fine = row(number, 'LOAD');
    expect(
      await send(
        ada,
        'no scan',
        { ...fine, carrier: 'fedex' },
        { ...fine, scanned_at: '2026-03-10T10:00:00' },
        { ...fine, carrier: 'fleet' },
        // A queue is never too early: its clock is corrected.
        { ...row(number, 'ATTEMPT', -120), reason_code: 'NOT_HOME' },
      ),
    ).toEqual(['invalid ', 'invalid /carrier', 'invalid /scanned_at', 'accepted', 'accepted']);
  });

  it.each([
    ['2026-03-10T12:50:00,5+01:00', 'accepted'],
    ['2026-03-10T12:50+0100', 'accepted'],
    ['2026-03-10 11:50:00Z', 'accepted'],
    ['2026-13-10T11:50:00Z', 'invalid /scanned_at'],
    ['2026-02-30T11:50:00Z', 'invalid /scanned_at'],
    ['2026-03-10T25:00:00Z', 'invalid /scanned_at'],
    ['2026-03-10T11:50:00+99:99', 'invalid /scanned_at'],
  ])('parses each time by itself: %s is %s', async (scanned_at, becomes) => {
    const [odd, fine] = [await newParcel(), await newParcel()];
    const scan = { ...row(odd.number, 'LOAD'), scanned_at };
    expect(await send(ada, scan, row(fine.number, 'LOAD'))).toEqual([becomes, 'accepted']);
    const { body } = await call('GET', `/couriers/${ada.id}`);
    expect(body['holds']).toBe(becomes === 'accepted' ? 2 : 1);
  });

  it('reaches only parcels of its own merchant, and none once revoked', async () => {
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    const { id, number } = await newParcel(other);
    await send(ada, row(number, 'LOAD', 20), row(number, 'DELIVERED', 10));
    expect((await other('GET', `/shipments/${id}`)).body['status']).toBe('created');
    expect((await call('DELETE', `/couriers/${ada.id}/devices`)).status).toBe(204);
    const refused = await ada.call('POST', '/scans', [row(number, 'ATTEMPT')]);
    expect([refused.status, refused.text]).toEqual([
      401,
      expect.stringContaining('device_revoked'),
    ]);
    expect((await bob.call('GET', '/shipments')).status).toBe(401);
    expect((await bob.call('POST', '/scans', '{}')).status).toBe(422);
  });
});
