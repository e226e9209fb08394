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
 * Parcels of each carrier that pushes, tracked from the label to after the end through both
 * sources: the carrier's sandbox pushes and is polled, and the merchant sees one consistent
 * history.
 */
const CARRIERS = ['dhl', 'fedex', 'ups', 'usps'] as const;
/** Scenarios run twice as fast as they are written, so that four days take two. */
const PACE = 2;
type Carrier = (typeof CARRIERS)[number];
const STORIES = {
  moving: 'moving',
  lost: 'pushes-lost',
  misscan: 'silent-deletion',
  /** The same, but nobody polls during the mis-scan. */
  misscanUnasked: 'silent-deletion',
} as const;
type Story = keyof typeof STORIES;

let virtual: VirtualHub;
const tracked = new Map<string, { readonly id: string; readonly number: string }>();

beforeAll(async () => {
  virtual = await openVirtualHub();
  for (const carrier of CARRIERS) {
    const account = await virtual.connect(carrier);
    await virtual.typeHook(carrier, account);
    const stories = Object.entries(STORIES);
    for (const [index, number] of virtual.numbers(carrier, stories.length).entries()) {
      const [name = '', scenario = ''] = stories[index] ?? [];
      const id = await virtual.track(carrier, number, { scenario, pace: PACE });
      tracked.set(`${carrier} ${name}`, { id, number });
    }
  }
  // A poll half an hour into the hour of the mis-scan.
  const carriers = CARRIERS.map((carrier) => ({
    carrier,
    atMs: misscanAtMs(carrier) + HOUR_MS / 2,
  }));
  for (const { carrier, atMs } of carriers.sort((one, other) => one.atMs - other.atMs)) {
    await virtual.runUntil(atMs);
    await virtual.refresh(carrier, parcel(carrier, 'misscan').number);
  }
  await virtual.runUntil(VIRTUAL_START_MS + 6.5 * DAY_MS);
}, 400_000);
afterAll(() => virtual.close());

function parcel(carrier: Carrier, story: Story) {
  const found = tracked.get(`${carrier} ${story}`);
  if (found === undefined) throw new Error(`${carrier} has no parcel ${story}`);
  return found;
}

function scripted(carrier: Carrier, story: Story) {
  const found = virtual.sandbox.carriers.find(({ name }) => name === carrier);
  const scenario = found?.scenarios.find(({ name }) => name === STORIES[story]);
  return scenario?.lives[0]?.events ?? [];
}

function misscanAtMs(carrier: Carrier): number {
  const event = scripted(carrier, 'misscan').find(({ deletedMs }) => deletedMs !== undefined);
  return VIRTUAL_START_MS + (event?.happensMs ?? 0) / PACE;
}

/** Without our own entry that the carrier did not know the number yet. */
async function carrierFacts(id: string) {
  return (await virtual.facts(id)).filter(({ sources }) => sources.join() !== 'internal');
}

function isSigned(carrier: Carrier): boolean {
  return virtual.hub.adapters.get(carrier)?.manifest.push?.trust === 'signed';
}

describe.each(CARRIERS)('%s', (carrier) => {
  it('reports each scan through both sources as one fact', async () => {
    const { id } = parcel(carrier, 'moving');
    const facts = await carrierFacts(id);
    expect(facts).toHaveLength(scripted(carrier, 'moving').length);
    for (const fact of facts) expect(fact).toMatchObject({ sources: ['poll', 'webhook'] });
    expect((await virtual.view(id)).shipment.state).toMatchObject({ status: 'delivered' });
  });

  it('loses pushes, and a poll brings what they contained', async () => {
    const { id, number } = parcel(carrier, 'lost');
    const lost = scripted(carrier, 'lost').filter(({ push }) => push === 'lost');
    const silent = virtual.sandbox.pushes(carrier).filter((push) => push.number === number);
    expect(silent.filter(({ outcome }) => outcome === 'lost')).toHaveLength(lost.length);
    const polled = (await carrierFacts(id)).filter(({ sources }) => !sources.includes('webhook'));
    expect(polled).toHaveLength(lost.length);
    for (const fact of polled) expect(fact.sources).toEqual(['poll']);
    const { state } = (await virtual.view(id)).shipment;
    expect(state).toMatchObject({ status: 'delivered', confirmed: true });
  });

  it('silently takes a mis-scan back: it was seen, and is retracted', async () => {
    const { id } = parcel(carrier, 'misscan');
    const delivered = (await virtual.facts(id)).filter(({ status }) => status === 'delivered');
    expect(delivered.map(({ verdict, shown }) => [verdict, shown]).sort()).toEqual([
      ['retracted', false],
      ['steering', true],
    ]);
    // The first poll after the end is a day later, and the confirming one follows at once.
    const corrected = (await virtual.events(id)).at(-1)?.atMs ?? Infinity;
    expect(corrected - misscanAtMs(carrier)).toBeLessThan(29 * HOUR_MS);
    const { events } = await virtual.view(id);
    expect(events.filter(({ status }) => status === 'delivered')).toHaveLength(1);
  });

  it('retracts a mis-scan that only a push reported: polls deny it', async () => {
    const facts = await virtual.facts(parcel(carrier, 'misscanUnasked').id);
    const [first, ...more] = facts.filter(({ status }) => status === 'delivered');
    // An unsigned push that ends a parcel triggers a poll at once, so that a pull has seen it.
    expect(first).toMatchObject({
      verdict: isSigned(carrier) ? 'refuted' : 'retracted',
      shown: false,
    });
    expect(more).toMatchObject([{ verdict: 'steering', shown: true }]);
    // The poll a day after the end denies it, and the confirming one follows in minutes.
    const { id } = parcel(carrier, 'misscanUnasked');
    const corrected = (await virtual.events(id)).at(-1)?.atMs ?? Infinity;
    expect(corrected - misscanAtMs(carrier)).toBeLessThan(29 * HOUR_MS);
  });

  it('has an unsigned delivery confirmed by a pull within minutes, a signed one at once', async () => {
    const events = await virtual.events(parcel(carrier, 'moving').id);
    const ends = events.filter(({ data }) => data['status'] === 'delivered');
    expect(ends[0]).toMatchObject({
      type: 'shipment.status_changed',
      data: { confirmed: isSigned(carrier) },
    });
    const confirmed = ends.find(({ data }) => data['confirmed'] === true);
    expect((confirmed?.atMs ?? Infinity) - (ends[0]?.atMs ?? 0)).toBeLessThan(2 * MINUTE_MS);
  });

  it('is polled 24 h and 72 h after the end, and never again', async () => {
    const { id, number } = parcel(carrier, 'moving');
    const events = await virtual.events(id);
    const endMs = events.find(({ data }) => data['status'] === 'delivered')?.atMs ?? 0;
    const calls = virtual.wire.calls.filter(({ numbers }) => numbers.includes(number));
    const hours = calls.map(({ atMs }) => (atMs - endMs) / HOUR_MS).filter((after) => after > 1);
    expect(hours.map(Math.floor)).toEqual([24, 72]);
    const { ended, next_poll_at } = await virtual.polling(carrier, number);
    expect({ ended, next_poll_at }).toEqual({ ended: true, next_poll_at: null });
  });
});
