import { expect, it } from 'vitest';
import { NO_ATTRIBUTES } from '../../events/shipment-attributes.ts';
import { EVERYTHING } from '../renormalize/reread.ts';
import { INITIAL_STATE, type Shipment } from '../shipment.ts';
import { type NumberUpdate, type PlanContext, planUpdate } from './plan-update.ts';

const CONTEXT: PlanContext = {
  nowMs: 1_000,
  randomBytes: (length) => new Uint8Array(length),
  publicUrl: '',
  policyOf: () => ({ pullsFullHistory: false, historyMaxEvents: null, historyMaxAgeMs: null }),
  facilityOf: undefined,
  announcesDatesSeparately: false,
  fence: null,
};
const NUMBER = { carrier: 'acme', trackingNumber: 'A1' };
const shipment = (id: string): Shipment => ({
  id,
  merchantId: `merchant of ${id}`,
  mode: 'test',
  shard: 0,
  ...NUMBER,
  carrierPieceId: null,
  factsFromMs: 0,
  factsUntilMs: null,
  ...NO_ATTRIBUTES,
  destinationZone: null,
  destinationCountry: null,
  linkedFrom: null,
  linkDepth: 0,
  sealedPersonal: null,
  state: INITIAL_STATE,
  predicted: null,
  sequence: 0,
  createdAtMs: 0,
  updatedAtMs: 0,
  deletedAtMs: null,
});
const SHIPMENTS = ['a', 'b'].map(shipment);
const updated = { type: 'shipment.updated', previousAttributes: {} } as const;

type Wanted = NumberUpdate extends infer Each
  ? Each extends NumberUpdate
    ? Omit<Each, 'carrier' | 'trackingNumber' | 'shipments'>
    : never
  : never;

it.each<[what: string, Wanted, ...announced: string[]]>([
  ['a report without facts', { kind: 'received', reports: [], notes: [] }],
  ['a registration', { kind: 'registered', shipmentId: 'a', reports: [] }, 'a: shipment.created'],
  ['a restored parcel', { kind: 'restored', shipmentId: 'b' }, 'b: shipment.created (quiet)'],
  ['a change', { kind: 'changed', changes: new Map([['b', [updated]]]) }, 'b: shipment.updated'],
  ['a command without effect', { kind: 'commanded', shipmentId: 'a', facts: [], isResumed: true }],
  [
    'a prediction',
    {
      kind: 'predicted',
      predictions: new Map([['a', { predicted: null, announced: null, changes: [updated] }]]),
    },
    'a: shipment.updated',
  ],
  [
    'facts that are read as before',
    {
      kind: 'reread',
      rereading: { base: null, own: new Map(), scope: EVERYTHING, quiet: false } as never,
    },
  ],
])('announces %s of the shipment it is about, and of no other', (_, update, ...announced) => {
  const whole = { ...NUMBER, shipments: SHIPMENTS, ...update } as NumberUpdate;
  const recorded = planUpdate(whole, new Map(), CONTEXT);
  expect(recorded.map((each) => each.shipment.id)).toEqual(['a', 'b']);
  expect(
    recorded.flatMap(({ entries }) =>
      entries.map(
        ({ subjectId, type, data }) => `${subjectId}: ${type}${data['quiet'] ? ' (quiet)' : ''}`,
      ),
    ),
  ).toEqual(announced);
  for (const { shipment: after, touched, entries } of recorded) {
    expect([after.sequence, touched]).toEqual([entries.length, entries.length > 0]);
  }
});
