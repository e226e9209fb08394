import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InboundMessage } from '../../intake/index.ts';
import { runs } from '../../kernel/test-runs.ts';
import { EMPTY_HISTORY, foldInput, type History } from '../facts/history.ts';
import { ingest } from '../facts/ingest.ts';
import { fold } from '../fold/fold.ts';
import { type FoldState, foldPolicy } from '../fold/fold-input.ts';
import { acme, acmeMapping } from '../test-acme.ts';
import { ACME_CODE, RELAY_CODES, relay, relayCarrierOf, relayMapping } from '../test-relay.ts';
import { interpret } from './interpret.ts';

/**
 * Random parcels that a carrier and a bridge report: the bridge in other words, perhaps in UTC, with
 * or without saying so, or in local times without their zone, ahead of the carrier or behind it.
 * Messages come in any order, late and twice.
 */
const PARCELS = 1_000;
const SEED = 20_261_128;
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 2, 6);
const POLICY = foldPolicy(acme.manifest);
const MAPPINGS = { acme: acmeMapping(), relay: relayMapping() };

interface Scan {
  readonly code: string;
  readonly atMs: number;
  readonly offsetMin: number;
}

/** How a source writes times: in the place's time with its zone or without, or in UTC likewise. */
type Clock = 'zoned' | 'local' | 'utc' | 'utc_without_zone';

interface Parcel {
  readonly scans: readonly Scan[];
  /** The number of scans that each message of a source lists, from the first. */
  readonly carrier: readonly number[];
  readonly bridge: readonly number[];
  readonly clocks: readonly [carrier: Clock, bridge: Clock];
  readonly order: number;
}

const scans: fc.Arbitrary<readonly Scan[]> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom('PICK', 'HUB', 'HUB', 'HUB', 'OFD'),
        // Two real scans may be ten minutes apart, with the same code.
        fc.oneof(fc.constant(10), fc.integer({ min: 11, max: 1_500 })),
      ),
      { minLength: 1, maxLength: 9 },
    ),
    fc.constantFrom(-300, 0, 60, 330),
    fc.boolean(),
  )
  .map(([steps, offsetMin, isDelivered]) => {
    let atMs = START_MS;
    const all = steps.map(([code, afterMin]) => {
      atMs += afterMin * MINUTE_MS;
      return { code, atMs, offsetMin };
    });
    return isDelivered ? [...all, { code: 'DEL', atMs: atMs + 47 * MINUTE_MS, offsetMin }] : all;
  });

const parcels: fc.Arbitrary<Parcel> = scans.chain((all) => {
  const messages = fc.array(fc.integer({ min: 1, max: all.length }), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.record({
    scans: fc.constant(all),
    carrier: messages,
    bridge: messages,
    clocks: fc.constantFrom<Parcel['clocks'][]>(
      ['zoned', 'zoned'],
      ['zoned', 'utc'],
      ['zoned', 'local'],
      ['zoned', 'utc_without_zone'],
      ['local', 'zoned'],
      ['local', 'local'],
    ),
    order: fc.nat(),
  });
});

function eventOf({ code, atMs, offsetMin }: Scan, clock: Clock) {
  const shownOffset = clock === 'utc' || clock === 'utc_without_zone' ? 0 : offsetMin;
  const at = new Date(atMs + shownOffset * MINUTE_MS).toISOString().slice(0, 19);
  return {
    code,
    at,
    offsetMin: clock === 'local' || clock === 'utc_without_zone' ? null : shownOffset,
  };
}

function messagesOf(parcel: Parcel, source: 'acme' | 'relay', counts: readonly number[]) {
  const clock = parcel.clocks[source === 'acme' ? 0 : 1];
  return counts.map((count, index): InboundMessage => {
    const events = parcel.scans.slice(0, count).map((scan) => {
      const event = eventOf(scan, clock);
      return source === 'acme' ? event : { ...event, code: RELAY_CODES[event.code] ?? '' };
    });
    const last = parcel.scans[count - 1]?.atMs ?? START_MS;
    const report = { number: 'A1', events, ...(source === 'relay' && { carrier: ACME_CODE }) };
    return {
      id: `${source} ${index}`,
      // The bridge polls the carrier, which takes a while.
      receivedAtMs: last + (index + (source === 'relay' ? 20 : 1)) * MINUTE_MS,
      source: index % 2 === 0 ? 'poll' : 'webhook',
      carrier: source,
      owner: null,
      trust: index % 2 === 0 ? 'pulled' : 'signed',
      headers: {},
      body: Buffer.from(JSON.stringify([report])),
    };
  });
}

function received(messages: readonly InboundMessage[]): { history: History; state: FoldState } {
  let history = EMPTY_HISTORY;
  for (const message of messages) {
    const [adapter, mapping] =
      message.carrier === 'relay' ? [relay, MAPPINGS.relay] : [acme, MAPPINGS.acme];
    const read = interpret(message, adapter, mapping, { carrierOf: relayCarrierOf });
    if (read.kind !== 'ingested') throw new Error(`${read.kind}: ${read.reason}`);
    for (const report of read.reports) history = ingest(history, report).history;
  }
  return { history, state: fold(foldInput(history, POLICY, START_MS)) };
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const keyOf = (index: number) => ((index + 1) * 7_919 * (seed + 1)) % 104_729;
  return list
    .map((item, index) => ({ item, key: keyOf(index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Everything that the fold says about the parcel, without what it says about each fact. */
const stateOf = ({ verdicts: _, ...state }: FoldState) => state;

it('parcels that a carrier and a bridge report have one timeline, whatever the order', () => {
  let bridgedMerged = 0;
  let steered = 0;
  fc.assert(
    fc.property(parcels, (parcel) => {
      const direct = messagesOf(parcel, 'acme', parcel.carrier);
      const bridged = messagesOf(parcel, 'relay', parcel.bridge);
      const twice = [...direct, ...bridged, ...direct, ...bridged];
      const { history, state } = received(shuffled(twice, parcel.order));

      // Every scan that anybody reported is shown once.
      const known = Math.max(...parcel.carrier, ...parcel.bridge);
      const shown = state.verdicts.filter((each) => each.shown);
      expect(shown).toHaveLength(known);
      bridgedMerged += state.verdicts.filter(({ verdict }) => verdict === 'same_fact').length;

      // Nothing is lost: the other reports stay stored, and name the fact that they repeat.
      expect(history.facts.size).toBe(state.verdicts.length);

      // Up to the carrier's newest time, the state is the carrier's alone.
      const until = Math.max(...parcel.carrier);
      const upTo = messagesOf(
        parcel,
        'relay',
        parcel.bridge.map((count) => Math.min(count, until)),
      );
      const alone = received(direct).state;
      expect(stateOf(received(shuffled([...direct, ...upTo], parcel.order)).state)).toEqual(
        stateOf(alone),
      );
      if (state.via !== null) {
        steered += 1;
        expect(Math.max(...parcel.bridge)).toBeGreaterThan(until);
      }
    }),
    { seed: SEED, numRuns: runs(PARCELS) },
  );
  expect(bridgedMerged).toBeGreaterThan(runs(PARCELS));
  expect(steered).toBeGreaterThan(runs(PARCELS) / 10);
});
