import { describe, expect, it } from 'vitest';
import { EMPTY_SNAPSHOT } from '../../adapters/contract/contract.ts';
import { NO_ATTRIBUTES } from '../../events/shipment-attributes.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import { placeTimeWithOffset } from '../../kernel/time/zoned-time.ts';
import { EMPTY_HISTORY, foldInput, type History } from '../facts/history.ts';
import { ingest } from '../facts/ingest.ts';
import { utcTime } from '../facts/note-additions.ts';
import { fold } from '../fold/fold.ts';
import type { FoldEstimate } from '../fold/fold-input.ts';
import { FULL_HISTORY } from '../fold/test-given.ts';
import { INITIAL_STATE, type Shipment } from '../shipment.ts';
import { publicProjection, type RecordedShipment, trackOf } from './projection.ts';

const RECEIVED_MS = Date.UTC(2026, 2, 20);

function shipment(merchantId: string, createdAtMs: number): Shipment {
  return {
    id: `shipment of ${merchantId}`,
    merchantId,
    mode: 'live',
    shard: 0,
    carrier: 'acme',
    trackingNumber: 'N1',
    carrierPieceId: null,
    factsFromMs: 0,
    factsUntilMs: null,
    ...NO_ATTRIBUTES,
    sealedPersonal: null,
    state: INITIAL_STATE,
    predicted: null,
    sequence: 1,
    createdAtMs,
    updatedAtMs: createdAtMs,
    deletedAtMs: null,
    destinationZone: null,
    destinationCountry: null,
    linkedFrom: null,
    linkDepth: 0,
  };
}

function ingested(
  history: History,
  carrierPieceId: string,
  status: ReadStatus,
  local: string,
  estimatedDelivery: FoldEstimate | null = null,
): History {
  const time = placeTimeWithOffset(local, 'second', 0);
  return ingest(history, {
    inboundMessageId: `inbound message of ${carrierPieceId}`,
    source: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: RECEIVED_MS,
    codeOf: () => status,
    read: () => ({
      status,
      reason: null,
      milestone: null,
      logical: false,
      hidden: false,
      known: true,
      reviewed: true,
      correction: false,
      returnCancelled: false,
      rule: null,
      mappingVersion: 'test',
    }),
    report: {
      trackingNumber: 'N1',
      aliases: [],
      carrierPieceId,
      asOf: null,
      fullHistory: false,
      facts: [
        {
          codes: { event: status },
          identity: [status, local],
          time,
          place: null,
          text: null,
          piece: null,
          logical: false,
        },
      ],
      snapshot: { ...EMPTY_SNAPSHOT, estimatedDelivery },
      links: [],
    },
  }).history;
}

/** Adds a fact as a merchant's command does: an instant, and no place. */
function commanded(history: History, status: ReadStatus, atMs: number): History {
  const [scan] = ingested(EMPTY_HISTORY, 'any', status, '2026-03-01T00:00:00').facts.values();
  const [observation] = scan?.observations ?? [];
  if (scan === undefined || observation === undefined) throw new Error('nothing was recorded');
  const said = {
    ...observation,
    time: utcTime(atMs),
    inboundMessageId: 'a command',
    carrierPieceId: null,
    ...({ source: 'internal', trust: 'internal' } as const),
  };
  const fact = { ...scan, identity: 'command', source: 'command' as const, observations: [said] };
  return { ...history, facts: new Map([...history.facts, ['command', fact]]) };
}

describe('a merchant’s own statement about its parcel', () => {
  const createdAtMs = Date.UTC(2026, 2, 8);
  const outAtMs = Date.UTC(2026, 2, 9, 19, 16);
  const scanned = ingested(EMPTY_HISTORY, 'one', 'picked_up', '2026-03-09T08:00:00');
  const said = commanded(scanned, 'out_for_delivery', outAtMs);
  const recorded = (
    merchant: string,
    history: History,
    zone: string | null = null,
  ): RecordedShipment => {
    const each = { ...shipment(merchant, createdAtMs), destinationZone: zone };
    return { shipment: each, history, folded: fold(foldInput(history, FULL_HISTORY, createdAtMs)) };
  };
  const describeStatus = ({ status }: { readonly status: string }) => status;
  const answerOf = (...all: RecordedShipment[]) =>
    JSON.parse(
      publicProjection(all, FULL_HISTORY, describeStatus)?.body.toString('utf8') ?? 'null',
    ) as unknown;

  it('is not in the date on a neutral page: our estimate depends on it', () => {
    const ours = (merchant: string): RecordedShipment => {
      const each = recorded(merchant, scanned);
      const predicted = {
        date: '2026-03-12',
        from: null,
        to: null,
        source: 'model' as const,
        confidence: 0.7,
        late: false,
        moved: null,
      };
      return { ...each, shipment: { ...each.shipment, predicted } };
    };
    expect(answerOf(ours('first'))).toMatchObject({ estimated_delivery: { source: 'model' } });
    expect(answerOf(ours('first'), ours('second'))).toMatchObject({ estimated_delivery: null });
  });

  it('withholds no carrier’s day from that page, unless it is over for each of them', () => {
    const estimate = { date: '2026-03-12', from: null, to: null };
    const promised = ingested(EMPTY_HISTORY, 'one', 'picked_up', '2026-03-09T08:00:00', estimate);
    const of = (merchant: string, passed: string): RecordedShipment => {
      const each = recorded(merchant, promised);
      return { ...each, shipment: { ...each.shipment, predicted: { date: null, passed } } };
    };
    expect(answerOf(of('first', '2026-03-12'), of('second', '2026-03-14'))).toMatchObject({
      estimated_delivery: null,
      previous_estimate: estimate,
    });
    expect(answerOf(of('first', '2026-03-12'), of('second', '2026-03-11'))).toMatchObject({
      estimated_delivery: { ...estimate, source: 'carrier' },
    });
  });

  it('is shown in the time of the destination, else in UTC; scans keep their own zone', () => {
    expect(answerOf(recorded('first', said, 'Europe/Berlin'))).toMatchObject({
      events: [
        {
          occurred_at: '2026-03-09T19:16:00.000Z',
          occurred_local: '2026-03-09T20:16:00',
          time_zone: 'Europe/Berlin',
        },
        { occurred_local: '2026-03-09T08:00:00', time_zone: '+00:00' },
      ],
    });
    expect(answerOf(recorded('first', said))).toMatchObject({
      events: [{ occurred_local: '2026-03-09T19:16:00', time_zone: '+00:00' }, {}],
    });
  });

  it('is gone from the public answer once another merchant has the number, but not from its own page', () => {
    const first = recorded('first', said);
    expect(answerOf(first)).toMatchObject({ status: 'out_for_delivery' });
    expect(answerOf(first, recorded('second', EMPTY_HISTORY))).toMatchObject({
      status: 'picked_up',
      events: [{ status: 'picked_up' }],
    });
    expect(trackOf(first, describeStatus)).toMatchObject({ status: 'out_for_delivery' });
  });
});

describe('the public answer for a number that several merchants follow', () => {
  it('contains what an account with a bridge answered to the merchant who registered it first only', () => {
    const scanned = ingested(EMPTY_HISTORY, 'one', 'in_transit', '2026-03-09T08:00:00');
    const [[identity, delivered] = []] = ingested(
      EMPTY_HISTORY,
      'one',
      'delivered',
      '2026-03-10T08:00:00',
    ).facts;
    const [observation] = delivered?.observations ?? [];
    if (identity === undefined || delivered === undefined || observation === undefined) {
      throw new Error('nothing was recorded');
    }
    const answered = { ...observation, byAccount: true, trust: 'pulled' as const };
    const bridged: History = {
      ...scanned,
      facts: new Map([
        ...scanned.facts,
        [identity, { ...delivered, source: 'bridge', bridge: 'relay', observations: [answered] }],
      ]),
    };
    const of = (merchant: string, history: History): RecordedShipment => ({
      shipment: { ...shipment(merchant, 0), id: merchant },
      history,
      folded: fold(foldInput(history, FULL_HISTORY, 0)),
    });
    const statusOf = (...all: RecordedShipment[]) =>
      JSON.parse(
        publicProjection(all, FULL_HISTORY, ({ status }) => status)?.body.toString('utf8') ?? '{}',
      ).status;
    expect(statusOf(of('a', scanned), of('b', bridged))).toBe('in_transit');
    expect(statusOf(of('b', bridged), of('a', scanned))).toBe('in_transit');
    expect(statusOf(of('a', bridged), of('b', scanned))).toBe('delivered');
    expect(statusOf(of('b', bridged))).toBe('delivered');
  });

  it('is the parcel registered last, also when the number was reused', () => {
    const old = ingested(EMPTY_HISTORY, 'old', 'delivered', '2026-03-02T08:00:00');
    const history = ingested(old, 'new', 'picked_up', '2026-03-09T08:00:00');
    const recorded = [
      shipment('first', Date.UTC(2026, 2, 1)),
      shipment('second', Date.UTC(2026, 2, 8)),
    ].map((each): RecordedShipment => {
      const input = foldInput(history, FULL_HISTORY, each.createdAtMs);
      return { shipment: each, history, folded: fold(input) };
    });
    expect(recorded.map(({ folded }) => folded.status)).toEqual(['delivered', 'picked_up']);
    for (const order of [recorded, recorded.toReversed()]) {
      const answer = publicProjection(order, FULL_HISTORY, ({ status }) => status);
      expect(JSON.parse(answer?.body.toString('utf8') ?? '')).toMatchObject({
        status: 'picked_up',
        events: [{ status: 'picked_up' }],
      });
    }
  });
});
