import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service on loopback with some parcels, which answers as EasyPost or AfterShip does. */
export interface MoveStub {
  readonly url: string;
  /** Methods and paths of all requests. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Every so many requests, one is refused with 429. */
const REFUSED_EVERY = 4;

type Item = Readonly<Record<string, unknown>> & { readonly id: string };

/** @param answer returns null for what is not there. */
async function startStub(answer: (url: URL) => unknown): Promise<MoveStub> {
  const requests: string[] = [];
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    if (requests.length % REFUSED_EVERY === 0) {
      response.writeHead(429, { 'retry-after': '2' }).end('{}');
      return;
    }
    const body = answer(new URL(request.url ?? '', 'http://stub'));
    const status = body === null ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export function startEasypostStub(trackers: readonly Item[]): Promise<MoveStub> {
  return startStub(({ searchParams: query }) => {
    const before = query.get('before_id');
    const from = before === null ? 0 : trackers.findIndex(({ id }) => id === before) + 1;
    if (before !== null && from === 0) return null;
    const until = from + Number(query.get('page_size'));
    return { trackers: trackers.slice(from, until), has_more: until < trackers.length };
  });
}

export function startAftershipStub(trackings: readonly Item[]): Promise<MoveStub> {
  return startStub(({ searchParams: query }) => {
    const from = Number(query.get('cursor') ?? 0);
    if (Number.isNaN(from)) return null;
    const until = from + Number(query.get('limit'));
    const hasNext = until < trackings.length;
    const pagination = {
      total: trackings.length,
      next_cursor: hasNext ? String(until) : null,
      has_next_page: hasNext,
    };
    return { meta: { code: 200 }, data: { pagination, trackings: trackings.slice(from, until) } };
  });
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const hex = (index: number, length: number) => `f${index.toString(16).padStart(length - 1, '0')}`;
const numberAt = (index: number) => String(100_000_000_000 + index * 7);

const PLACES = [
  { city: 'Memphis', state: 'TN', country: 'US', zip: '38118' },
  { city: 'Oakland', state: 'CA', country: 'US', zip: null },
];

/** Journeys in EasyPost's words; the last word is the status of the parcel. */
const TRACKER_JOURNEYS = [
  [
    ...['pre_transit.label_created', 'in_transit.received_at_origin_facility'],
    ...['in_transit.departed_facility', 'in_transit.arrived_at_facility'],
    ...['out_for_delivery.out_for_delivery', 'delivered.arrived_at_destination'],
  ],
  ['pre_transit.label_created', 'in_transit.received_at_origin_facility', 'in_transit.delayed'],
  ['in_transit.departed_facility', 'failure.delivery_exception', 'return_to_sender.return'],
  ['in_transit.held', 'available_for_pickup.arrived_at_pickup_location'],
  ['pre_transit.label_created'],
  [],
];

/** A hub shows no expected day in these: the parcel is there, or on its way back. */
const NOT_EXPECTED = ['delivered', 'available_for_pickup', 'return_to_sender'];

/** Trackers as EasyPost lists them, newest first. Deterministic. */
export function easypostTrackers(count: number, nowMs: number): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const createdMs = nowMs - 20 * DAY_MS - index * 60_000;
    const words = TRACKER_JOURNEYS[index % TRACKER_JOURNEYS.length] ?? [];
    const [status = 'unknown', detail = 'unknown'] = words.at(-1)?.split('.') ?? [];
    const isFinal = status === 'delivered';
    const isExpected = words.length > 0 && !NOT_EXPECTED.includes(status);
    return {
      ...{ id: `trk_${hex(index, 32)}`, object: 'Tracker', mode: 'production' },
      ...{ tracking_code: numberAt(index), status, status_detail: detail },
      ...{ created_at: iso(createdMs), updated_at: iso(createdMs + 9 * DAY_MS), signed_by: null },
      weight: index % 2 === 0 ? 17.6 : null,
      est_delivery_date: isExpected ? iso(nowMs + DAY_MS).replace(/T.*/, 'T00:00:00Z') : null,
      ...{ shipment_id: null, carrier: 'FedEx' },
      tracking_details: words.map((word, nth) => ({
        ...{ object: 'TrackingDetail', message: `Handed to J. DOE ${nth}`, description: '' },
        ...{ status: word.split('.')[0], status_detail: word.split('.')[1] },
        datetime: iso(createdMs + (nth + 1) * 7 * HOUR_MS),
        ...{ source: 'FedEx', carrier_code: `C${nth}`, est_delivery_date: null },
        tracking_location: { object: 'TrackingLocation', ...PLACES[nth % PLACES.length] },
      })),
      carrier_detail: {
        ...{ object: 'CarrierDetail', service: 'FedEx Ground' },
        destination_tracking_location: { object: 'TrackingLocation', ...PLACES[0] },
      },
      ...{ finalized: isFinal, is_return: false, public_url: '', fees: [] },
    };
  });
}

/** The same in AfterShip's sub-tags. */
const TRACKING_JOURNEYS = [
  ['InfoReceived_001', 'InTransit_002', 'InTransit_007', 'OutForDelivery_001', 'Delivered_001'],
  ['InfoReceived_001', 'InTransit_006', 'InTransit_005'],
  ['InTransit_003', 'AttemptFail_002', 'AvailableForPickup_001', 'Delivered_002'],
  ['InTransit_001', 'Exception_017'],
  ['InTransit_001', 'Exception_013'],
  ['Exception_010', 'Exception_011'],
  [],
];

/** Trackings as AfterShip lists them, newest first. Deterministic. */
export function aftershipTrackings(count: number, nowMs: number): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const createdMs = nowMs - 20 * DAY_MS - index * 60_000;
    const subtags = TRACKING_JOURNEYS[index % TRACKING_JOURNEYS.length] ?? [];
    const subtag = subtags.at(-1) ?? 'Pending_001';
    const local = (ms: number) => `${iso(ms + HOUR_MS).slice(0, 19)}+01:00`;
    return {
      ...{ id: hex(index, 32), legacy_id: hex(index, 24) },
      created_at: `${iso(createdMs).slice(0, 19)}+00:00`,
      updated_at: `${iso(createdMs + 9 * DAY_MS).slice(0, 19)}+00:00`,
      ...{ tracking_number: numberAt(index), slug: 'fedex', title: `Order ${index}`, note: null },
      ...{ tag: subtag.split('_')[0], subtag, order_id: String(index), order_number: `#${index}` },
      custom_fields: index % 3 === 0 ? { shop: 'one' } : null,
      customers: [{ role: 'receiver', name: 'J. Doe', email: `j${index}@example.com`, id: null }],
      ...{ destination_country_region: 'DEU', destination_city: 'Berlin' },
      ...{ destination_postal_code: '10115', shipment_tags: ['fragile'] },
      shipment_weight: { unit: 'kg', value: 1.2 },
      checkpoints: subtags.map((each, nth) => ({
        ...{ slug: 'fedex', tag: each.split('_')[0], subtag: each, message: `For J. DOE ${nth}` },
        checkpoint_time: local(createdMs + (nth + 1) * 7 * HOUR_MS),
        ...{ city: 'Erfurt', state: 'TH', postal_code: null, country_region: 'DEU', raw_tag: 'X1' },
      })),
    };
  });
}
