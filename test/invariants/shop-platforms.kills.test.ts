import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  loadShopSandboxes,
  type RunningSandbox,
  type SandboxCarrier,
  sandboxClock,
  startSandbox,
} from '../../src/adapters/sandbox-kit/index.ts';
import { openTestHook } from '../../src/adapters/test-sandbox.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { webhook } from '../../src/shops/platforms/generic/verify.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * A hundred orders on each platform, with every webhook sent twice at times, and one kill while
 * parcels are registered and statuses written: every parcel is registered once, and each of its
 * statuses is written once and in order.
 */
const ORDERS = 100;
const STATUSES = ['picked_up', 'in_transit'];
const AT_ONCE = 8;
const SETTLED_MS_MAX = 240_000;

/** A shop outside of the hub, whose people act and whose record shows what was written. */
interface OutsideShop {
  readonly connection: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each new connection of the test to the hub. */
  meet(hub: RunningHub, shop: Connected): void;
  /** A customer orders, and the merchant ships with this number; again: the order is edited. */
  ship(number: string): Promise<void>;
  /** The statuses that were written about a number, in order. */
  written(number: string): readonly string[];
  close(): Promise<void>;
}

interface Connected {
  readonly id: string;
  readonly webhook_url: string;
  readonly webhook_secret: string;
}

let data: string;
let hub: RunningHub | null = null;
let shop: OutsideShop | null = null;
beforeEach(() => {
  data = newDataFolder();
});
afterEach(async () => {
  await hub?.stop().catch(() => hub?.kill());
  await shop?.close();
  removeDataFolder(data);
});

const opened: readonly (readonly [string, () => Promise<OutsideShop>])[] = [
  ...(await loadShopSandboxes()).map(
    (platform) => [platform.name, () => openSandboxShop(platform)] as const,
  ),
  ['generic', openGenericShop],
];

test.each(opened)(
  'a hundred orders of %s and one kill',
  async (_name, open) => {
    shop = await open();
    // The same address after the kill, because it is part of what is written.
    const env = { WAYBILL_EGRESS_ALLOW: '127.0.0.0/8', PORT: await freePort(), ...shop.env };
    hub = await startHub(data, env);
    const connected = await callApi<Connected>(hub.url, 'POST', '/v1/shops', shop.connection);
    shop.meet(hub, connected);
    const numbers = Array.from({ length: ORDERS }, (_, nr) => `JD0146000000${100_000 + nr}`);
    const [early, late] = [numbers.slice(0, ORDERS / 2), numbers.slice(ORDERS / 2)];
    for (const number of early) await shop.ship(number);
    await waitForParcels(hub, early);
    await setStatuses(hub, early, 0);
    await vi.waitFor(() => expect(countWritten(shop, early)).toBeGreaterThan(ORDERS / 10), {
      timeout: SETTLED_MS_MAX,
      interval: 2,
    });
    const shipping = shipAll(shop, late);
    await hub.kill();
    const wasWritten = countWritten(shop, early);

    hub = await startHub(data, env);
    shop.meet(hub, connected);
    await shipping;
    await callApi(hub.url, 'PATCH', `/v1/shops/${connected.id}`, { status: 'connected' });
    await waitForParcels(hub, numbers);
    for (const number of numbers.slice(0, 10)) await shop.ship(number);
    await setStatuses(hub, late, 0);
    for (let step = 1; step < STATUSES.length; step += 1) await setStatuses(hub, numbers, step);
    await vi.waitFor(
      () => {
        const missing = numbers.filter((each) => shop?.written(each).at(-1) !== STATUSES.at(-1));
        expect(missing).toEqual([]);
      },
      { timeout: SETTLED_MS_MAX, interval: 100 },
    );
    await vi.waitFor(async () => expect(await waitingWrites(connected.id)).toBe(0), {
      timeout: SETTLED_MS_MAX,
      interval: 100,
    });
    for (const number of numbers) {
      expect([number, ...shop.written(number)]).toEqual([number, ...STATUSES]);
    }
    expect(await parcelsOf(hub)).toHaveLength(ORDERS);
    process.stdout.write(`killed after ${wasWritten} writes of ${ORDERS * STATUSES.length}\n`);
  },
  900_000,
);

function countWritten(of: OutsideShop | null, numbers: readonly string[]): number {
  return numbers.filter((number) => of?.written(number).length !== 0).length;
}

async function shipAll(of: OutsideShop, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) await of.ship(number);
}

interface Listed {
  readonly data: readonly { readonly id: string; readonly tracking_number: string }[];
}

async function parcelsOf({ url }: RunningHub): Promise<Listed['data']> {
  const page = await callApi<Listed>(url, 'GET', '/v1/shipments?limit=200');
  return page.data;
}

async function waitForParcels(of: RunningHub, numbers: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const known = (await parcelsOf(of)).map((each) => each.tracking_number).sort();
      expect(known).toEqual([...numbers].sort());
    },
    { timeout: SETTLED_MS_MAX, interval: 200 },
  );
}

async function setStatuses(of: RunningHub, numbers: readonly string[], step: number) {
  const wanted = (await parcelsOf(of)).filter((each) => numbers.includes(each.tracking_number));
  const work = async () => {
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
      await callApi(of.url, 'POST', `/v1/shipments/${next.id}/status`, { status: STATUSES[step] });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

async function waitingWrites(shopId: string): Promise<number> {
  const path = `/v1/shops/${shopId}/writes?limit=200`;
  const page = await callApi<{ data: { state: string }[] }>(hub?.url ?? new URL(''), 'GET', path);
  return page.data.filter(({ state }) => state === 'waiting').length;
}

/** Returns the status that a body names, whatever the platform's form of it. */
function statusIn(body: unknown): string[] {
  const text = JSON.stringify(body).toLowerCase();
  return STATUSES.filter((status) => text.includes(status));
}

/** A platform's sandbox in this process, which the kill does not concern. */
async function openSandboxShop(platform: SandboxCarrier): Promise<OutsideShop> {
  const sandbox: RunningSandbox = await startSandbox({
    carriers: [platform],
    clock: sandboxClock(systemClock),
  });
  const { name, host, credentials, shopPath = '' } = platform;
  const open = sandbox.shop(name);
  if (open === null) throw new Error(`${name} has no shop`);
  const origin = `${sandbox.origin}/${name}`;
  if (open.set({})?.['tls'] !== undefined) open.set({ tls: false });
  sandbox.faults.add({ kind: 'push_twice', share: 0.3 });
  const orders = new Map<string, number>();
  return {
    connection: {
      platform: name,
      url: host === undefined ? `${origin}${shopPath}` : `https://${host}`,
      credentials,
    },
    env: host === undefined ? {} : { [`WAYBILL_CARRIER_URL_${name.toUpperCase()}`]: origin },
    meet() {},
    async ship(number) {
      const known = orders.get(number);
      if (known !== undefined) {
        open.edit(known, { email: `edited-${known}@example.com` });
        return;
      }
      const { id } = open.place({});
      orders.set(number, id);
      open.fulfil(id, { numbers: [{ number, carrier: 'dhl' }] });
    },
    written: (number) =>
      open
        .writes()
        .filter(({ orderId }) => orderId === orders.get(number))
        .flatMap(({ body }) => statusIn(body)),
    close: () => sandbox.stop(),
  };
}

/** A shop that posts its orders until they are accepted, each twice. */
async function openGenericShop(): Promise<OutsideShop> {
  const hook = await openTestHook();
  let send: (body: string) => Promise<Response> = () => Promise.reject(new Error('not connected'));
  return {
    connection: { platform: 'generic', url: hook.url },
    env: {},
    meet({ url }, { webhook_url: path, webhook_secret: secret }) {
      send = (text) => {
        const { headers, body } = webhook.sign(text, secret, systemClock.nowMs());
        return fetch(new URL(new URL(path).pathname, url), { method: 'POST', headers, body });
      };
    },
    async ship(number) {
      const order = {
        id: createHash('sha256').update(number).digest('hex').slice(0, 12),
        ordered_at: new Date(systemClock.nowMs()).toISOString(),
        parcels: [{ tracking_number: number, carrier: 'dhl' }],
      };
      for (let time = 0; time < 2; time += 1) {
        await vi.waitFor(async () => expect((await send(JSON.stringify(order))).status).toBe(200), {
          timeout: SETTLED_MS_MAX,
          interval: 100,
        });
      }
    },
    written(number) {
      // A receiver recognizes a repetition by its id.
      const seen = new Map(
        hook.webhooks.map((post) => [post.headers['webhook-id'], Buffer.from(post.rawBody)]),
      );
      return [...seen.values()].flatMap((body) => {
        const text = body.toString();
        return text.includes(number) ? statusIn(text) : [];
      });
    },
    close: hook.close,
  };
}
