import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { killUnderLoad, type Load, pause, VICTIMS } from '../support/hubs/kill-under-load.ts';

/**
 * The hub, PostgreSQL or both are killed at random moments while deliveries are asked for and
 * couriers race for each. Every acknowledged delivery exists once, has the courier who got the
 * confirmation, and every other one is still looking for a courier.
 */
/** `WAYBILL_DELIVERIES_KILLS=100` for the whole drill; `WAYBILL_DELIVERIES_SEED` for other moments. */
const ROUNDS = Number(process.env['WAYBILL_DELIVERIES_KILLS'] ?? 2);
const SEED = Number(process.env['WAYBILL_DELIVERIES_SEED'] ?? 20_261_123);
const RACERS = 3;
const VISIBLE_MS_MAX = 60_000;
const ENV = { WAYBILL_SANDBOX: 'off' };
const SHOP = { lat: 53.5436, lng: 9.9885 };
const WANTED = {
  origin: SHOP,
  destination: { lat: 53.5453, lng: 9.9467 },
  package_size: 'small',
  phone: '+4915112345678',
};

interface RequestedDelivery {
  readonly idempotencyKey: string;
  /** Null: not acknowledged. */
  id: string | null;
  /** The hub was killed during the request; its key stays locked for two minutes. */
  isUnsure: boolean;
  /** The couriers whose acceptance was confirmed. */
  readonly winners: Set<string>;
}

let data: string;
let hub: RunningHub;
let couriers: readonly string[];

beforeEach(async () => {
  data = newDataFolder();
  hub = await startHub(data, ENV);
  couriers = await Promise.all(Array.from({ length: RACERS }, newCourier));
});
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
});

test(`no delivery is lost, doubled or forgotten after ${ROUNDS} kills under load`, async () => {
  const random = randomFrom(SEED);
  const requests: RequestedDelivery[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const victim = VICTIMS[round % VICTIMS.length] ?? 'hub';
    const load = startAsking(requests, round);
    hub = await killUnderLoad({ data, hub, env: ENV, victim, random }, load);
    // An unanswered request is repeated with the same key.
    for (const each of requests) await eventually(() => ask(each));
    const sure = requests.filter(({ isUnsure }) => !isUnsure);
    for (const each of sure) await eventually(() => expectOwned(each));
    // An interrupted request may have succeeded or not.
    const found = await count();
    expect(found).toBeGreaterThanOrEqual(sure.length);
    expect(found).toBeLessThanOrEqual(requests.length);
  }
  expect(requests.some(({ winners }) => winners.size > 0)).toBe(true);
  process.stdout.write(`${ROUNDS} kills: ${requests.length} deliveries, none lost or twice\n`);
}, 1_200_000);

/** One delivery after the other; all couriers accept each at the same moment. */
function startAsking(requests: RequestedDelivery[], round: number): Load {
  let isOver = false;
  let acknowledged = 0;
  const { url } = hub;
  const asking = (async () => {
    for (let index = 0; !isOver; index += 1) {
      const each: RequestedDelivery = {
        idempotencyKey: `${round}.${index}`,
        id: null,
        isUnsure: false,
        winners: new Set(),
      };
      requests.push(each);
      await ask(each, url)
        .then(async () => {
          acknowledged += 1;
          await Promise.all(couriers.map((courier) => take(each, courier, url)));
        })
        .catch(() => pause(50));
    }
  })();
  return {
    acknowledged: () => acknowledged,
    async stop() {
      isOver = true;
      await asking;
    },
  };
}

async function ask(each: RequestedDelivery, url = hub.url): Promise<void> {
  const headers = { 'idempotency-key': each.idempotencyKey };
  const { status, body } = await call(url, 'POST', '/v1/deliveries', WANTED, headers);
  each.isUnsure = each.id === null && status === 409;
  if (each.isUnsure) return;
  expect(status).toBe(201);
  const id = String(body['delivery_id']);
  expect(each.id ?? id).toBe(id);
  each.id = id;
}

async function take(each: RequestedDelivery, courier: string, url: URL): Promise<void> {
  const path = `/v1/deliveries/${each.id}/accept`;
  const { status } = await call(url, 'POST', path, { courier_id: courier });
  if (status === 200) each.winners.add(courier);
}

/**
 * A courier whose acceptance was confirmed has it; without one, it has a courier or looks for one.
 */
async function expectOwned({ id, winners }: RequestedDelivery): Promise<void> {
  const { status, body } = await call(hub.url, 'GET', `/v1/deliveries/${id}`);
  expect(status).toBe(200);
  expect(winners.size).toBeLessThan(2);
  const courier = (body['courier'] as { id: string } | null)?.id ?? null;
  expect(['pending', 'offered', 'assigned']).toContain(body['phase']);
  expect(courier === null).toBe(body['phase'] !== 'assigned');
  if (winners.size > 0) expect([...winners]).toEqual([courier]);
}

async function count(): Promise<number> {
  let found = 0;
  let cursor = '';
  do {
    const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await call(hub.url, 'GET', `/v1/deliveries?limit=100${more}`);
    found += (body['data'] as unknown[]).length;
    cursor = String(body['next_cursor'] ?? '');
  } while (cursor !== '');
  return found;
}

async function newCourier(_: unknown, index: number): Promise<string> {
  const body = {
    name: `Courier ${index}`,
    vehicle: 'van',
    shift: 'on',
    capacity: { parcels: 1_000 },
  };
  const made = await call(hub.url, 'POST', '/v1/couriers', body);
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function call(
  url: URL,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, body: read };
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + VISIBLE_MS_MAX;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(200);
    }
  }
}
