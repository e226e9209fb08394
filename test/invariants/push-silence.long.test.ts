import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/**
 * A carrier whose pushes stop for two and a half days, and then resume. New parcels are sent
 * daily.
 */
const CARRIER = 'usps';
const PARCELS_A_DAY = 4;
const SILENT_FROM_MS = VIRTUAL_START_MS + 2 * DAY_MS;
const SILENT_UNTIL_MS = SILENT_FROM_MS + 2.5 * DAY_MS;
const DAYS = 7;
/**
 * With healthy push a parcel is polled once a day; a scan that is an hour old by then should have
 * been pushed; two missing ones in a row count as silence, and all are polled within half an hour
 * of it.
 */
const FOUND_WITHIN_MS = 25 * HOUR_MS;
const FAILOVER_WITHIN_MS = 30 * MINUTE_MS;

let virtual: VirtualHub;
let account: string;
const tracked: string[] = [];
/** The merchant's view on the second day of silence. */
let atSilence: { readonly state: string; readonly why: string; readonly push: string };

beforeAll(async () => {
  virtual = await openVirtualHub({ pauses: { floorS: 7_200, ceilingS: 43_200 } });
  account = await virtual.connect(CARRIER);
  virtual.sandbox.faults.add({
    kind: 'push_silence',
    carrier: CARRIER,
    fromMs: SILENT_FROM_MS,
    untilMs: SILENT_UNTIL_MS,
  });
  for (let day = 0; day < DAYS; day += 1) {
    const numbers = virtual.numbers(CARRIER, PARCELS_A_DAY, day * PARCELS_A_DAY);
    for (const [index, number] of numbers.entries()) {
      const atMs = VIRTUAL_START_MS + day * DAY_MS + index * 5 * HOUR_MS;
      await virtual.track(CARRIER, number, { scenario: 'moving', atMs });
      tracked.push(number);
    }
    await virtual.runUntil(VIRTUAL_START_MS + (day + 1) * DAY_MS);
    if (day === 3) {
      const { state } = (await virtual.health(account)).push;
      const { why, push } = await virtual.polling(CARRIER, numbers[0] ?? '');
      atSilence = { state, why, push };
    }
  }
}, 400_000);
afterAll(() => virtual.close());

async function turns() {
  const events = await virtual.events(account);
  return events.filter(({ type }) => type === 'carrier_account.push_changed');
}

function polls(fromMs: number, untilMs: number) {
  return virtual.wire.calls.filter(
    ({ numbers, atMs }) => numbers.length > 0 && atMs >= fromMs && atMs < untilMs,
  );
}

describe('pushes that silently stop', () => {
  it('are detected as missing within the audited bound', async () => {
    const silent = (await turns()).find(({ data }) => data['state'] === 'silent');
    const silenced = virtual.sandbox.pushes(CARRIER).find(({ outcome }) => outcome === 'silenced');
    expect(silent?.atMs).toBeGreaterThan(silenced?.atMs ?? Infinity);
    expect((silent?.atMs ?? Infinity) - (silenced?.atMs ?? 0)).toBeLessThan(FOUND_WITHIN_MS);
  });

  it('are replaced by polls within half an hour for every parcel under way', async () => {
    const silentAtMs = (await turns()).find(({ data }) => data['state'] === 'silent')?.atMs ?? 0;
    const underWay = new Set(
      polls(silentAtMs, silentAtMs + DAY_MS).flatMap(({ numbers }) => numbers),
    );
    const soon = polls(silentAtMs, silentAtMs + FAILOVER_WITHIN_MS + 10 * MINUTE_MS);
    const before = tracked.slice(0, PARCELS_A_DAY * 3).filter((number) => underWay.has(number));
    expect(before.length).toBeGreaterThan(PARCELS_A_DAY);
    for (const number of before) {
      expect(
        soon.some(({ numbers }) => numbers.includes(number)),
        number,
      ).toBe(true);
    }
  });

  it('are reported: by the account’s health, by explain, and once in the event log', async () => {
    expect(atSilence).toMatchObject({ state: 'silent', push: 'silent' });
    expect(atSilence.why).not.toContain('Webhooks bring its updates');
    const transitions = (await turns()).map(({ data }) => [data['previous_state'], data['state']]);
    expect(transitions).toEqual([
      ['none', 'healthy'],
      ['healthy', 'silent'],
      ['silent', 'healthy'],
    ]);
  });

  it('are relied on again within a day of resuming', async () => {
    const again = (await turns()).at(-1);
    expect(again?.atMs).toBeGreaterThan(SILENT_UNTIL_MS);
    expect((again?.atMs ?? Infinity) - SILENT_UNTIL_MS).toBeLessThan(DAY_MS);
    expect((await virtual.health(account)).push.state).toBe('healthy');
    const lastDay = [VIRTUAL_START_MS + 6 * DAY_MS, VIRTUAL_START_MS + 7 * DAY_MS] as const;
    const silentDay = [VIRTUAL_START_MS + 3 * DAY_MS, VIRTUAL_START_MS + 4 * DAY_MS] as const;
    expect(polls(...lastDay).length).toBeLessThan(polls(...silentDay).length / 2);
  });
});
