import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/** Nearly four weeks of an unknown number, and of a parcel that falls silent. */
const CARRIER = 'dhl';
const GIVEN_UP_H = 21 * 24;
/** Of the parcel's story: its last scan before the silence, and the first after it. */
const SILENT_FROM_H = 4;
const UPDATE_AT_H = 196;

let virtual: VirtualHub;
let unknown: { readonly id: string; readonly number: string };
let silent: { readonly id: string; readonly number: string };

beforeAll(async () => {
  virtual = await openVirtualHub({ pauses: { floorS: 14_400, ceilingS: 43_200 } });
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  await virtual.connect(CARRIER, { environment: 'carrier_test' });
  const [one = '', other = ''] = virtual.numbers(CARRIER, 2);
  unknown = { number: one, id: await virtual.track(CARRIER, one, null) };
  silent = { number: other, id: await virtual.track(CARRIER, other, { scenario: 'silence' }) };
  await virtual.runUntil(VIRTUAL_START_MS + 26 * DAY_MS);
}, 400_000);
afterAll(() => virtual.close());

async function statesOf(id: string) {
  const events = await virtual.events(id);
  return events.map(({ type, atMs, data }) => ({
    type,
    hours: (atMs - VIRTUAL_START_MS) / HOUR_MS,
    status: data['status'],
    // The log leaves out what is null.
    subStatus: data['sub_status'] ?? null,
  }));
}

describe('a number that the carrier does not know', () => {
  it('is asked for on a curve of its own, ever more seldom, and never after it was given up', async () => {
    const calls = virtual.wire.calls.filter(({ numbers }) => numbers.includes(unknown.number));
    const hours = calls.map(({ atMs }) => (atMs - VIRTUAL_START_MS) / HOUR_MS);
    expect(hours.filter((hour) => hour < 6).length).toBeGreaterThan(8);
    expect(hours.length).toBeLessThan(80);
    const pauses = hours.slice(1).map((hour, index) => hour - (hours[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(12.1);
    expect(Math.min(...pauses.slice(30, -1))).toBeGreaterThan(9);
    expect(hours.at(-1)).toBeLessThan(GIVEN_UP_H + 1);
    expect(await virtual.polling(CARRIER, unknown.number)).toMatchObject({
      ended: true,
      next_poll_at: null,
      known_to_carrier: false,
    });
  });

  it('is reported as not found after a day, and as expired after three weeks, each once', async () => {
    const [created, notFound, expired, ...more] = await statesOf(unknown.id);
    expect(created).toMatchObject({ type: 'shipment.created', subStatus: null });
    expect(notFound).toMatchObject({ type: 'shipment.status_changed', subStatus: 'not_found' });
    expect(notFound?.hours).toBeGreaterThan(24);
    expect(notFound?.hours).toBeLessThan(36);
    expect(expired).toMatchObject({ type: 'shipment.expired' });
    expect(expired?.hours).toBeGreaterThanOrEqual(GIVEN_UP_H);
    expect(expired?.hours).toBeLessThan(GIVEN_UP_H + 1);
    expect(more).toEqual([]);
    const { state } = (await virtual.view(unknown.id)).shipment;
    expect(state).toMatchObject({ status: 'created', subStatus: 'not_found', expired: true });
  });
});

describe('a parcel that falls silent', () => {
  it('is reported as stalled when nearly all comparable parcels have had updates, and not before', async () => {
    const [stalled] = (await statesOf(silent.id)).filter(
      ({ subStatus }) => subStatus === 'stalled',
    );
    expect(stalled?.type).toBe('shipment.status_changed');
    expect(stalled?.hours).toBeGreaterThan(SILENT_FROM_H + 72);
    expect(stalled?.hours).toBeLessThan(UPDATE_AT_H);
  });

  it('is so no more when news comes, and may be so again', async () => {
    const events = await statesOf(silent.id);
    const stalls = events.filter(
      ({ type, subStatus }) => type === 'shipment.status_changed' && subStatus === 'stalled',
    );
    const update = events.find(({ hours }) => hours >= UPDATE_AT_H);
    expect(update).toMatchObject({ type: 'shipment.status_changed', subStatus: null });
    // No later than a poll at the ceiling.
    expect(update?.hours).toBeLessThan(UPDATE_AT_H + 12.2);
    expect(stalls).toHaveLength(2);
    expect(stalls[1]?.hours).toBeGreaterThan(UPDATE_AT_H + 72);
  });
});
