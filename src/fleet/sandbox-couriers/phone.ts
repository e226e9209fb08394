import type { LatLng } from '../../kernel/places/distance.ts';
import { SANDBOX_AGENT } from '../../kernel/sandbox-agent.ts';
import type { OnTheWay } from './ride.ts';

/** A delivery as a courier's phone receives it (`GET /v1/deliveries/{id}`). */
export interface OwnDelivery {
  readonly id: string;
  readonly phase: string;
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** When it is ready, epoch ms. */
  readonly readyMs: number;
  readonly requireProof: readonly string[];
}

/** A sandbox courier's phone: it sends requests to the hub, over HTTP like any phone. */
export interface Phone {
  /** Returns the courier's deliveries; null: the courier is off shift. */
  work(): Promise<OwnDelivery[] | null>;
  /** Returns offered or nearby deliveries, the best first, with their ids and pickups. */
  open(at: LatLng): Promise<OpenDelivery[]>;
  /** Accepts a delivery. Returns false if somebody else has it. */
  take(id: string): Promise<boolean>;
  giveBack(id: string): Promise<void>;
  /** Reports a status. Returns false if the delivery cannot have it now. */
  report(id: string, status: string): Promise<boolean>;
  prove(id: string, given: { readonly photo: Uint8Array; readonly at: LatLng }): Promise<void>;
  reportPosition(at: LatLng & Partial<OnTheWay>, nowMs: number, speedKmh: number): Promise<void>;
}

interface OpenDelivery {
  readonly id: string;
  readonly origin: LatLng;
  /** Whether there is an offer; false: it is only nearby. */
  readonly isOffered: boolean;
}

/**
 * Thrown when the device key is no longer valid: another phone replaced this one, or the courier
 * was removed.
 */
export class KeyEnded extends Error {
  override readonly name = 'KeyEnded';
}

const TIMEOUT_MS = 20_000;
const RECEIVED_BY = 'Sandbox Recipient';
/** A made-up signature, in the form that proofs have. */
const SIGNATURE = JSON.stringify({
  width: 300,
  height: 150,
  strokes: [
    [
      [20, 90],
      [45, 35],
      [60, 110],
      [85, 60],
      [110, 100],
      [140, 70],
      [175, 95],
      [230, 60],
      [275, 80],
    ],
    [
      [30, 125],
      [270, 118],
    ],
  ],
});

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/**
 * Creates the phone of a sandbox courier.
 * @param hub the hub's address, without a slash at the end.
 */
export function createPhone(hub: string, deviceKey: string): Phone {
  async function call(method: string, path: string, body?: unknown): Promise<Answered> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${hub}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${deviceKey}`,
        'user-agent': SANDBOX_AGENT,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.status === 401) throw new KeyEnded(text);
    if (response.status >= 500 || response.status === 429) {
      throw new Error(`${method} ${path}: ${response.status}`);
    }
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  return {
    async work() {
      const { body } = await call('GET', '/driver/route');
      if (objectIn(body, 'courier')['shift'] !== 'on') return null;
      const ids = listIn(body, 'stops').flatMap((stop) =>
        listIn(stop, 'parcels').flatMap((parcel) =>
          parcel['state'] === 'done' ? [] : [String(parcel['shipment_id'])],
        ),
      );
      const found = await Promise.all(
        ids.map((id) => call('GET', `/deliveries/del_${id.replaceAll('-', '')}`)),
      );
      // A parcel without a delivery has no pickup place; people have to deliver it.
      return found.flatMap(({ status, body }) => (status === 200 ? [toOwnDelivery(body)] : []));
    },
    async open({ lat, lng }) {
      const answer = await call('GET', '/driver/offers');
      const offers = listIn(answer.body, 'offers');
      if (offers.length > 0) return offers.map((each) => toOpenDelivery(each, true));
      const near = await call('GET', `/deliveries/available?lat=${lat}&lng=${lng}`);
      return listIn(near.body, 'deliveries').map((each) => toOpenDelivery(each, false));
    },
    async take(id) {
      return (await call('POST', `/deliveries/${id}/accept`, {})).status === 200;
    },
    async giveBack(id) {
      await call('POST', `/deliveries/${id}/decline`, { reason: 'too far for a sandbox courier' });
    },
    async report(id, status) {
      return (await call('POST', `/deliveries/${id}/status`, { status })).status === 200;
    },
    async prove(id, { photo, at }) {
      const form = new FormData();
      form.set('id', `sandbox-${id}`);
      form.set('received_by', RECEIVED_BY);
      form.set('signature', SIGNATURE);
      form.set('photo', new Blob([Uint8Array.from(photo)], { type: 'image/png' }), 'door.png');
      for (const axis of ['lat', 'lng'] as const) form.set(axis, at[axis].toFixed(6));
      const { status, body } = await call('POST', `/deliveries/${id}/proof`, form);
      if (status >= 300) throw new Error(`proof of ${id}: ${status} ${String(body['detail'])}`);
    },
    async reportPosition({ lat, lng, heading }, nowMs, speedKmh) {
      const where = { lat, lng, accuracy_m: 6, speed_kmh: speedKmh, battery: 80 };
      const turned = heading === undefined ? {} : { heading: Math.round(heading) % 360 };
      const ts = new Date(nowMs).toISOString();
      await call('POST', '/driver/positions', [{ ts, ...where, ...turned }]);
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function listIn(body: Json, name: string): readonly Json[] {
  const list = body[name];
  return Array.isArray(list) ? list : [];
}

function objectIn(body: Json, name: string): Json {
  const member = body[name];
  return typeof member === 'object' && member !== null ? (member as Json) : {};
}

function pointOf(body: Json, name: string): LatLng {
  const { lat, lng } = objectIn(body, name);
  return { lat: Number(lat), lng: Number(lng) };
}

function toOpenDelivery(body: Json, isOffered: boolean): OpenDelivery {
  return { id: String(body['id']), origin: pointOf(body, 'origin'), isOffered };
}

function toOwnDelivery(body: Json): OwnDelivery {
  const required = body['require_proof'];
  return {
    id: String(body['id']),
    phase: String(body['phase']),
    origin: pointOf(body, 'origin'),
    destination: pointOf(body, 'destination'),
    readyMs: Date.parse(String(body['ready_at'])),
    requireProof: Array.isArray(required) ? required.map(String) : [],
  };
}
