import { type Random, randomFrom } from '../../../src/kernel/seeded-random.ts';
import { wireId } from '../../../src/kernel/wire/wire-ids.ts';
import { HUB_TEST_KEY } from '../hubs/hub-process.ts';
import { pause } from '../hubs/kill-under-load.ts';
import type { DispatchStage } from './dispatch-stage.ts';

/** A requested delivery. */
export interface RequestedDelivery {
  /** Stored in it as its weight, so that it can be found: two with one number are a duplicate. */
  readonly index: number;
  /** The shipment's UUID; null: not acknowledged yet. */
  id: string | null;
  /** Its server was killed during the request, so its fate is unknown. */
  isUnsure: boolean;
  /** The couriers whose acceptance was confirmed. */
  readonly winners: Set<string>;
}

/** Shops that request deliveries, and couriers who accept offers and pick up their parcels. */
export interface DeliveryLoad {
  readonly deliveries: readonly RequestedDelivery[];
  acknowledged(): number;
  /** No more requests; couriers go on answering. */
  stopAsking(): Promise<void>;
  /** Repeats all unanswered requests with the same key. */
  askAgain(): Promise<void>;
  stop(): Promise<void>;
}

const ASKERS = 2;
const ASKS_EVERY_MS = 80;
/** For a round; each has a courier for itself. */
const OFFERED_SHARE_MAX = 0.75;
const HIRED_AT_ONCE = 8;
const CHECK_EVERY_MS = 150;
const MOVES_EVERY_MS = 5_000;
const ACCEPTS_AT_ONCE = 2;
/** Couriers pick up one in this many deliveries at once. */
const FETCHED_OF = 4;
const CLEARED_MS_MAX = 120_000;
const SHOP = { lat: 53.5436, lng: 9.9885 };
const NEAR_DEGREES = 0.003;

/**
 * Couriers on shift near the shop. Each gets the next delivery only when nearly done with the
 * last.
 */
export async function hireCouriers(stage: DispatchStage, count: number): Promise<string[]> {
  const body = { vehicle: 'van', shift: 'on', capacity: { parcels: 500 } };
  const ids: string[] = [];
  const hire = async (): Promise<void> => {
    const made = await call(stage.url(), 'POST', '/v1/couriers', { ...body, name: 'Courier' });
    if (made.status !== 201) throw new Error(`no courier: ${JSON.stringify(made.body)}`);
    ids.push(String(made.body['id']));
  };
  while (ids.length < count) await Promise.all(Array.from({ length: HIRED_AT_ONCE }, hire));
  return ids;
}

/** @param firstNr number of the first delivery: no other round uses it. */
export function startDeliveryLoad(
  stage: DispatchStage,
  couriers: readonly string[],
  firstNr: number,
): DeliveryLoad {
  const deliveries: RequestedDelivery[] = [];
  const random = randomFrom(firstNr);
  let [isAsking, isOver, acknowledged] = [true, false, 0];

  const isWanted = () => isAsking && deliveries.length < couriers.length * OFFERED_SHARE_MAX;
  async function asking(asker: number): Promise<void> {
    let each: RequestedDelivery | null = null;
    while (isWanted()) {
      if (each === null) {
        const index = firstNr + deliveries.length;
        each = { index, id: null, isUnsure: false, winners: new Set() };
        deliveries.push(each);
      }
      const isAccepted = await ask(stage, each).then(
        () => true,
        () => false,
      );
      if (isAccepted) acknowledged += 1;
      // An unanswered request is repeated with the same key.
      if (isAccepted || each.isUnsure) each = null;
      await pause(ASKS_EVERY_MS + asker);
    }
  }

  /** Two couriers with the offer accept it at the same moment. */
  async function take(shipmentId: string, those: readonly string[]): Promise<void> {
    const path = `/v1/deliveries/${wireId('delivery', shipmentId)}/accept`;
    const each = deliveries.find(({ id }) => id === shipmentId);
    await Promise.all(
      those.map(async (courier) => {
        const body = { courier_id: wireId('courier', courier) };
        const { status } = await call(stage.url(), 'POST', path, body);
        if (status === 200) each?.winners.add(courier);
      }),
    );
  }

  async function check(): Promise<void> {
    const offers = await stage.query<{ id: string; couriers: string[] }>(
      `select o.shipment_id::text as id,
         (array_agg(o.courier_id::text order by o.courier_id))[1:${ACCEPTS_AT_ONCE}] as couriers
       from delivery_offers o join deliveries d using (shipment_id)
       where o.state = 'open' and d.state = 'open' and d.weight_g >= $1 group by 1 limit 10`,
      [firstNr],
    );
    await Promise.allSettled(offers.map(({ id, couriers: those }) => take(id, those)));
    const toFetch = await stage.query<{ id: string }>(
      `select d.shipment_id::text as id from deliveries d join shipments s on s.id = d.shipment_id
       where d.state = 'assigned' and s.status = 'created' and d.weight_g >= $1
         and d.weight_g % ${FETCHED_OF} = 0 limit 2`,
      [firstNr],
    );
    for (const { id } of toFetch) {
      const path = `/v1/deliveries/${wireId('delivery', id)}/status`;
      await call(stage.url(), 'POST', path, { status: 'picked_up' });
    }
  }

  async function repeat(every: number, work: () => Promise<unknown>): Promise<void> {
    for (let sinceMs = every; !isOver; sinceMs += CHECK_EVERY_MS) {
      if (sinceMs >= every) {
        sinceMs = 0;
        await work().catch(() => {});
      }
      await pause(CHECK_EVERY_MS);
    }
  }

  const askers = Array.from({ length: ASKERS }, (_, index) => asking(index));
  const others = [repeat(0, check), repeat(MOVES_EVERY_MS, () => move(stage, couriers, random))];
  const stopAsking = async (): Promise<void> => {
    isAsking = false;
    await Promise.all(askers);
  };
  return {
    deliveries,
    acknowledged: () => acknowledged,
    stopAsking,
    async askAgain() {
      for (const each of deliveries) if (each.id === null) await ask(stage, each).catch(() => {});
    },
    async stop() {
      await stopAsking();
      isOver = true;
      await Promise.all(others);
    },
  };
}

async function ask(stage: DispatchStage, each: RequestedDelivery): Promise<void> {
  const destination = { lat: SHOP.lat + 0.01, lng: SHOP.lng - 0.02 };
  const body = { origin: SHOP, destination, package_size: 'small', phone: '+4915112345678' };
  const headers = { 'idempotency-key': `delivery-${each.index}` };
  const wanted = { ...body, weight_g: each.index };
  const made = await call(stage.url(), 'POST', '/v1/deliveries', wanted, headers);
  each.isUnsure = each.id === null && made.status === 409;
  if (made.status !== 201) throw new Error(`not taken: ${made.status}`);
  if (each.id !== null && each.id !== made.body['shipment_id']) throw new Error('two of one key');
  each.id = String(made.body['shipment_id']);
}

function move(stage: DispatchStage, couriers: readonly string[], random: Random) {
  const ts = new Date().toISOString();
  const near = (degrees: number) =>
    degrees + ((random.below(2_001) - 1_000) / 1_000) * NEAR_DEGREES;
  const places = couriers.map((courier_id) => ({
    courier_id,
    ts,
    lat: near(SHOP.lat),
    lng: near(SHOP.lng),
    accuracy_m: 5,
  }));
  return call(stage.url(), 'POST', '/v1/positions', places);
}

/** Cleans up after a round: picked-up parcels are delivered, the others cancelled. */
export async function clearUp(stage: DispatchStage, firstNr: number): Promise<void> {
  const rows = await stage.query<{ id: string; status: string }>(
    `select d.shipment_id::text as id, s.status from deliveries d
     join shipments s on s.id = d.shipment_id where d.state <> 'ended' and d.weight_g >= $1`,
    [firstNr],
  );
  for (const { id, status } of rows) {
    const path = `/v1/deliveries/${wireId('delivery', id)}`;
    if (status === 'created') await done(stage, `${path}/cancel`);
    else await done(stage, `${path}/status`, { status: 'delivered' });
  }
}

/** Retries while the hub cannot: it may just be restarting. Rejects if it fails for good. */
async function done(stage: DispatchStage, path: string, body: unknown = {}): Promise<void> {
  const deadline = performance.now() + CLEARED_MS_MAX;
  for (;;) {
    const answer = await call(stage.url(), 'POST', path, body).catch(() => null);
    // 409: it went through before, without an answer.
    if (answer !== null && (answer.status < 300 || answer.status === 409)) return;
    const isForNow = answer === null || answer.status >= 500 || answer.status === 429;
    if (!isForNow || performance.now() > deadline) {
      throw new Error(`${path}: ${answer?.status ?? 'no answer'} ${JSON.stringify(answer?.body)}`);
    }
    await pause(200);
  }
}

/** Calls with the hub's first key. Rejects without an answer. */
export async function call(
  url: URL,
  method: string,
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}
