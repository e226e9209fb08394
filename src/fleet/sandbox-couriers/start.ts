import type { LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Machines } from '../../platform/machines.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { trackingUrl } from '../../tracking/ports/shipments.ts';
import type { HubAround } from '../app/around.ts';
import type { CourierParts } from '../app/couriers.ts';
import { deliveryCreationDeps } from '../app/deliveries.ts';
import { COURIERS_CHANNEL, type Courier, OFFERS_CHANNEL } from '../couriers/index.ts';
import { createDelivery, listDeliveries } from '../deliveries/index.ts';
import type { Positions } from '../positions/index.ts';
import { createPhone, KeyEnded } from './phone.ts';
import { SandboxCourier } from './sandbox-courier.ts';
import { readStreets, type Streets } from './streets.ts';

/** Simulated own couriers: they ride by themselves, in the first merchant's test mode. */
export interface SandboxCouriers {
  /** The demo parcel by carrier; empty until it exists. */
  demos(): Readonly<Record<string, ShownParcel>>;
}

interface ShownParcel {
  readonly number: string;
  /** The token of the recipient's own page, which has the map; null: there is none. */
  readonly token: string | null;
}

/**
 * The name of these phones, which distinguishes them from phones that people have enrolled instead.
 */
const PHONE = 'Sandbox';
const RETRY_MS = 10_000;
const DEMO_ORDER = 'demo';
/**
 * How long after its couriers were created a hub creates the demo. A newcomer who returns later has
 * seen it, or does not want it.
 */
const DEMO_WITHIN_MS = 3_600_000;
const LINK_HOURS = 48;

/** Creates the couriers of a new installation; a courier who was removed stays removed. */
export async function createSandboxCouriers(
  { couriers }: Pick<CourierParts, 'couriers'>,
  tenant: Tenant,
): Promise<void> {
  for (const { externalId, name } of RESIDENTS) {
    const fields = { name, externalId, vehicle: 'bike' as const };
    const unset = { phone: null, capacityWeightG: null, timeZone: null, homeFacility: null };
    const one = { ...fields, ...unset, capacityParcels: 1 };
    await couriers.create(tenant, one, { on: true, endsAtMs: null });
  }
}

/**
 * Starts the sandbox's couriers, and offers them the demo delivery of a new installation. Returns
 * at once; errors are logged.
 * @param hubUrl where this process answers.
 */
export function startSandboxCouriers(
  machines: Machines,
  parts: HubAround,
  around: {
    readonly tenant: Tenant;
    readonly hubUrl: string;
    readonly positions: Positions;
    readonly couriers: CourierParts;
  },
): SandboxCouriers {
  const { log, shutdown } = machines;
  const loops: Loop[] = [];
  let demo: Readonly<Record<string, ShownParcel>> = {};
  let stopping = false;
  const starting = (async () => {
    const started: Courier[] = [];
    const streets = readStreets();
    for (const resident of RESIDENTS) {
      if (stopping) return;
      const one = await startCourier(machines, parts, { ...around, streets }, resident);
      if (one === null) continue;
      started.push(one.courier);
      loops.push(one.loop);
    }
    if (!stopping) demo = await showDemo(machines, parts, around, started);
  })().catch((err: unknown) => log.warn({ err }, 'the sandbox has no couriers'));
  shutdown.onStop('sandbox couriers', async () => {
    stopping = true;
    await starting;
    await Promise.all(loops.map((loop) => loop.stop()));
  });
  return { demos: () => demo };
}

type Around = Parameters<typeof startSandboxCouriers>[2];
type StartDeps = Around & { readonly streets: Streets };

/**
 * Starts one courier. Returns null if the courier was removed, if somebody enrolled their own
 * phone, or if the simulated phone was revoked.
 */
async function startCourier(
  { clock, log, listener }: Machines,
  { hub }: HubAround,
  { tenant, hubUrl, positions, streets, couriers: { couriers, devices } }: StartDeps,
  { externalId, home }: Resident,
): Promise<{ readonly courier: Courier; readonly loop: Loop } | null> {
  const page = { after: null, limit: 1 };
  const [courier] = await couriers.list(tenant, { onShift: null, externalId }, page);
  if (courier === undefined) return null;
  const phones = (await devices.list(tenant, courier.id)) ?? [];
  const last = phones.at(-1);
  if (last !== undefined && (last.name !== PHONE || last.endedAtMs !== null)) return null;
  const code = await devices.createEnrolment(tenant, courier.id);
  const enrolled = code && (await devices.enrol(code.bare, { name: PHONE }));
  if (enrolled === null) return null;
  const known = await positions.places.find(tenant, [courier.id]);
  const place = known.get(courier.id)?.position ?? home;
  const phone = createPhone(hubUrl, enrolled.deviceKey);
  const rider = new SandboxCourier(phone, {
    clock,
    home,
    place,
    streets,
    async photo() {
      const { grey, widthPx, heightPx } = proofPicture();
      return (await hub.images.png(grey, widthPx, heightPx)).bytes;
    },
  });
  const end = watchCourier(listener, courier.id, () => {
    rider.changed();
    loop.wake();
  });
  const loop = startLoop({
    run: async () => loop.wake(await rider.step()),
    everyMs: null,
    retryMs: RETRY_MS,
    onFailure(err) {
      if (!(err instanceof KeyEnded)) log.warn({ err }, 'a sandbox courier got no answer');
      // Another phone has replaced this one, or the courier was removed.
      else void stop();
    },
  });
  const stop = async () => {
    end();
    await loop.stop();
  };
  await phone.reportPosition(place, clock.nowMs(), 0);
  // Stored now: otherwise other processes would see this position only half a minute later.
  await positions.keeper.store();
  loop.wake();
  return { courier, loop: { ...toMethods(loop), stop } };
}

function toMethods(loop: Loop): Omit<Loop, 'stop'> {
  return {
    wake: (inMs) => loop.wake(inMs),
    now: () => loop.now(),
    idle: () => loop.idle(),
    get stopping() {
      return loop.stopping;
    },
  };
}

/** Returns the demo delivery, which is created once, and found again after a restart. */
async function showDemo(
  machines: Machines,
  parts: HubAround,
  { tenant, couriers }: Around,
  started: readonly Courier[],
): Promise<Readonly<Record<string, ShownParcel>>> {
  const { clock, log } = machines;
  const deps = { ...deliveryCreationDeps(machines, parts, couriers), couriers: couriers.couriers };
  const first = { statuses: null, courierId: null, after: null, limit: 1 };
  const [known] = await listDeliveries(deps, tenant, first);
  const newest = Math.max(0, ...started.map(({ createdAtMs }) => createdAtMs));
  const isNew = known === undefined && clock.nowMs() - newest < DEMO_WITHIN_MS;
  let shipment = known?.shipment.orderIds.includes(DEMO_ORDER) ? known.shipment : null;
  if (isNew) {
    const { origin, destination, recipient, notes } = DEMO;
    const anyTime = { fromMs: null, toMs: null };
    const made = await createDelivery(deps, tenant, {
      origin,
      destination,
      recipient,
      notes,
      orderIds: [DEMO_ORDER],
      packageSize: 'small',
      weightG: 600,
      readyMs: null,
      pickup: anyTime,
      delivery: anyTime,
      requireProof: ['photo', 'signature'],
    });
    if (made.kind === 'created') shipment = made.shipment;
  }
  if (shipment === null) return {};
  const link = parts.notifying.notifications.personalLink(shipment, LINK_HOURS);
  const { carrier, trackingNumber: number } = shipment;
  const publicUrl = parts.publicUrl();
  if (isNew) {
    const url = trackingUrl(publicUrl, shipment);
    log.info({ url, map: `${publicUrl}/console/deliveries/map` }, 'follow a demo parcel');
  }
  return { [carrier]: { number, token: link?.token ?? null } };
}

/** A picture in grey, row by row, with a byte for each pixel; 255 is white. */
interface GreyPicture {
  readonly grey: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

type Box = readonly [left: number, top: number, width: number, height: number, grey: number];

/** The boxes that show a door, its handle and its step, and the parcel on it. */
const BOXES: readonly Box[] = [
  [0, 0, 320, 240, 196],
  [90, 20, 140, 190, 96],
  [104, 34, 112, 70, 132],
  [104, 116, 112, 82, 120],
  [212, 112, 8, 20, 230],
  [0, 210, 320, 30, 150],
  [130, 160, 84, 60, 216],
  [166, 160, 12, 60, 244],
];

/** Draws the picture that a sandbox courier's camera takes at any door. Pure. */
export function proofPicture(): GreyPicture {
  const [widthPx, heightPx] = [320, 240];
  const grey = new Uint8Array(widthPx * heightPx);
  for (const [left, top, width, height, shade] of BOXES) {
    for (let y = top; y < top + height; y += 1) {
      grey.fill(shade, y * widthPx + left, y * widthPx + left + width);
    }
  }
  return { grey, widthPx, heightPx };
}

/** A sandbox courier, recognised by its `external_id`. */
interface Resident {
  readonly externalId: string;
  readonly name: string;
  readonly home: LatLng;
}

/**
 * Where sandbox couriers ride: between two small towns, so that they get no offers in places where
 * people try out couriers of their own. All receive the demo delivery at once, so each must live
 * near enough to deliver it within the time promised to newcomers.
 */
export const RESIDENTS: readonly Resident[] = [
  { externalId: 'sandbox-1', name: 'Sam Sandbox', home: { lat: 47.1578, lng: 9.50942 } },
  { externalId: 'sandbox-2', name: 'Kim Sandbox', home: { lat: 47.1533, lng: 9.5119 } },
];

/** The demo delivery for newcomers: from an inn in Vaduz to the town hall of Schaan. */
export const DEMO = {
  origin: {
    at: { lat: 47.1548, lng: 9.51079 },
    address: 'Landstrasse 120, 9490 Vaduz, Liechtenstein',
  },
  destination: {
    at: { lat: 47.16605, lng: 9.50937 },
    address: {
      line1: 'Landstrasse 19',
      postal_code: '9494',
      city: 'Schaan',
      country: 'LI',
    },
  },
  // A number that the regulator has reserved for films and plays.
  recipient: { name: 'Robin Sandbox', phone: '+4930231250' },
  notes: 'Ring twice.',
} as const;

/**
 * Calls back when a courier's work or offers have changed, or may have. Returns a function that
 * unsubscribes.
 */
export function watchCourier(
  listener: Pick<Listener, 'on'>,
  courierId: string,
  onChange: () => void,
): () => void {
  const ends = [COURIERS_CHANNEL, OFFERS_CHANNEL].map((channel) =>
    listener.on(channel, (changed) => {
      if (changed === null || changed === courierId) onChange();
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}
