import { describe, expect, it } from 'vitest';
import type { ShipmentEvent } from '../../events/event.ts';
import { aShipment } from '../../events/test-events.ts';
import type { Status } from '../../kernel/status.ts';
import { changesOf } from './counts.ts';
import { addWeeks, type CountedParcel, countsOf, mondayOf } from './parcel.ts';
import { figuresOf, risingReasons } from './read.ts';

const LANE = 'DE-10 → FR-75';
const DAY_MS = 86_400_000;
const BEGAN_MS = Date.parse('2026-03-02T08:00:00Z');

interface Counted {
  readonly status: Status;
  readonly day: number;
  readonly type?: ShipmentEvent['type'];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly previous?: Readonly<Record<string, unknown>>;
}

function eventOf({ status, day, type, data, previous }: Counted, index: number): ShipmentEvent {
  const atMs = BEGAN_MS + day * DAY_MS;
  const at = new Date(atMs).toISOString();
  const shipment = aShipment({
    status,
    created_at: new Date(BEGAN_MS).toISOString(),
    last_event_at: at,
    time_zone: 'Europe/Paris',
    service_level: 'express',
    promised_date: '2026-03-06',
    delivered_at: status === 'delivered' ? at : null,
  });
  return {
    about: 'shipment',
    id: `e${index}`,
    subjectId: 's1',
    shard: 0,
    position: BigInt(index),
    tenant: { merchantId: 'm1', mode: 'test' },
    sequence: index + 1,
    occurredAtMs: atMs,
    recordedAtMs: atMs,
    type: type ?? 'shipment.status_changed',
    data: { ...shipment, ...data },
    previousAttributes: previous ?? {},
  } as ShipmentEvent;
}

/** Counts after each event separately, as sums by measure of the overall row. */
function counted(reported: readonly Counted[]) {
  let parcel: CountedParcel | null = null;
  const sums = new Map<string, number>();
  for (const [index, each] of reported.entries()) {
    const after: CountedParcel = countsOf(parcel, eventOf(each, index), LANE);
    for (const { kind, week, measure, n } of changesOf([[parcel, after]])) {
      if (kind !== 'all') continue;
      const key = `${week} ${measure}`;
      sums.set(key, (sums.get(key) ?? 0) + n);
    }
    parcel = after;
  }
  return Object.fromEntries([...sums].filter(([, n]) => n !== 0).sort());
}

const JOURNEY: readonly Counted[] = [
  { status: 'created', day: 0, type: 'shipment.created' },
  { status: 'picked_up', day: 1 },
  { status: 'delivery_attempted', day: 3 },
  { status: 'delivered', day: 7, type: 'shipment.delivered' },
];

describe('a parcel', () => {
  it('is counted in the week of its registration, and in that of its delivery', () => {
    expect(counted(JOURNEY)).toEqual({
      '2026-03-02 registered': 1,
      '2026-03-09 delivered': 1,
      '2026-03-09 promised': 1,
      '2026-03-09 transit_6': 1,
      '2026-03-09 travel_days': 6,
      '2026-03-09 travelled': 1,
    });
    const swift = JOURNEY.filter(({ status }) => status !== 'delivery_attempted').map((each) => ({
      ...each,
      day: Math.min(each.day, 4),
    }));
    expect(counted(swift)).toMatchObject({
      '2026-03-02 on_time': 1,
      '2026-03-02 first_attempt': 1,
      '2026-03-02 transit_3': 1,
    });
  });

  it('delivered at once, or without an earlier scan, has no transit time', () => {
    const [made, , , came] = JOURNEY;
    if (made === undefined || came === undefined) throw new Error('a journey has both');
    expect(Object.keys(counted([made, came])).join()).not.toMatch(/transit|travel/);
  });

  it('adds the state of its last event, whatever came before, and however often', () => {
    const corrected: readonly Counted[] = [
      ...JOURNEY,
      { status: 'in_transit', day: 8, type: 'shipment.corrected' },
    ];
    expect(counted(corrected)).toEqual({ '2026-03-02 registered': 1 });
    let parcel: CountedParcel | null = null;
    for (const [index, each] of JOURNEY.entries())
      parcel = countsOf(parcel, eventOf(each, index), LANE);
    for (const [index, each] of JOURNEY.entries()) {
      expect(countsOf(parcel, eventOf(each, index), null)).toBe(parcel);
    }
  });

  it('whose failed attempt was taken back counts as delivered at the first', () => {
    const sequence: readonly Counted[] = [
      ...JOURNEY.slice(0, 3),
      {
        status: 'in_transit',
        day: 4,
        type: 'shipment.corrected',
        previous: { status: 'delivery_attempted' },
      },
      { status: 'delivered', day: 5, type: 'shipment.delivered' },
    ];
    expect(counted(sequence)).toMatchObject({ '2026-03-02 first_attempt': 1 });
  });

  it('has each of its cases once, in the week in which it was opened', () => {
    const opened = (id: string, day: number): Counted => ({
      status: 'exception',
      day,
      type: 'shipment.exception_opened',
      data: { case: { id, kind: 'address', reason: 'address_not_found' } },
    });
    const [made, moving] = JOURNEY;
    if (made === undefined || moving === undefined) throw new Error('a journey has both');
    expect(counted([made, moving, opened('c1', 2), opened('c2', 9)])).toMatchObject({
      '2026-03-02 reason_address_not_found': 1,
      '2026-03-09 reason_address_not_found': 1,
    });
  });

  it('is grouped by carrier, service and lane; transit by lane has only a mean', () => {
    let parcel: CountedParcel | null = null;
    for (const [index, each] of JOURNEY.entries())
      parcel = countsOf(parcel, eventOf(each, index), LANE);
    if (parcel === null) throw new Error('an event named it');
    const rows = changesOf([[null, parcel]]);
    const kindsOf = (measure: string) =>
      rows.filter((row) => row.measure === measure).map(({ kind }) => kind);
    expect(kindsOf('delivered').sort()).toEqual(
      ['all', 'carrier', 'carrier_lane', 'lane', 'service'].sort(),
    );
    expect(kindsOf('transit_6').sort()).toEqual(['all', 'carrier', 'service']);
    expect(rows.find(({ kind }) => kind === 'carrier_lane')).toMatchObject({ lane: LANE });
  });
});

describe('figures', () => {
  it('have shares, means and quantiles where there is data, and null elsewhere', () => {
    const figures = figuresOf([
      ['registered', 10] as const,
      ['delivered', 8] as const,
      ['first_attempt', 6] as const,
      ['promised', 4] as const,
      ['on_time', 3] as const,
      ['travelled', 4] as const,
      ['travel_days', 14] as const,
      ['transit_2', 2] as const,
      ['transit_5', 2] as const,
      ['reason_damaged', 1] as const,
      ['reason_address_not_found', 2] as const,
    ]);
    expect(figures).toMatchObject({
      registered: 10,
      onTimeShare: 0.75,
      firstAttemptShare: 0.75,
      cases: 3,
      transit: { meanDays: 3.5, medianDays: 2, p90Days: 5 },
      reasons: [
        ['address_not_found', 2],
        ['damaged', 1],
      ],
    });
    expect(figuresOf([])).toMatchObject({ onTimeShare: null, transit: { medianDays: null } });
  });

  it('count weeks from Mondays', () => {
    const days = ['2026-03-01', '2026-03-02', '2026-03-08', '1969-12-31'];
    expect(days.map(mondayOf)).toEqual(['2026-02-23', '2026-03-02', '2026-03-02', '1969-12-29']);
    expect(addWeeks('2026-03-02', -9)).toBe('2025-12-29');
  });
});

describe('a reason more frequent than usual', () => {
  const of = (lane: string, registered: number, cases: number) => [
    { lane, measure: 'registered', n: registered },
    { lane, measure: 'reason_address_not_found', n: cases },
  ];
  it.each([
    ['ten times as often', of('A', 1_000, 20), of('A', 4_000, 8), 1],
    ['as often as ever', of('A', 1_000, 20), of('A', 4_000, 80), 0],
    ['a little more often', of('A', 1_000, 26), of('A', 4_000, 80), 0],
    ['in a handful of parcels', of('A', 40, 4), of('A', 4_000, 8), 0],
    ['in a handful, never before', of('A', 40, 12), of('A', 10, 0), 1],
    ['often, of very many', of('A', 100_000, 900), of('A', 400_000, 1_200), 1],
  ] as const)('%s', (_, newest, before, expected) => {
    expect(risingReasons(newest, before)).toHaveLength(expected);
  });

  it('on one lane, where all together show nothing, the most certain first', () => {
    const newest = [...of('A', 500, 25), ...of('B', 500, 12), ...of('', 50_000, 120)];
    const before = [...of('A', 2_000, 4), ...of('B', 2_000, 4), ...of('', 200_000, 400)];
    expect(risingReasons(newest, before).map(({ lane }) => lane)).toEqual(['A', 'B']);
  });
});
