import {
  isOn,
  leftItems,
  type SandboxWorld,
  type ShopFulfilment,
  type ShopOrder,
  type ShopPlatform,
} from '../../../../adapters/sandbox-kit/index.ts';

export interface Meta {
  readonly id: number;
  readonly key: string;
  value: unknown;
}

export interface ApiKey {
  readonly secret: string;
  readonly permissions: string;
}

/** A core Fulfillment. */
export interface Fulfillment {
  readonly id: number;
  readonly orderId: number;
  /** The parcel of the shop that it stands for; null: created by a client. */
  readonly parcel: string | null;
  status: string;
  meta: Meta[];
}

export interface Note {
  readonly id: number;
  readonly text: string;
  readonly toCustomer: boolean;
  readonly atMs: number;
}

/** What only WooCommerce has of a shop, beside its orders. */
export class WooState {
  readonly keys = new Map<string, ApiKey>();
  /** Requests for keys that wait for the merchant, by their nonce. */
  readonly requests = new Map<string, URLSearchParams>();
  readonly nonces = new Set<string>();
  readonly statuses = new Map<number, string>();
  readonly meta = new Map<number, Meta[]>();
  readonly notes = new Map<number, Note[]>();
  readonly fulfillments = new Map<number, Fulfillment>();
  readonly modifiedMs = new Map<number, number>();
  #ids = 0;

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }
}

export const platform: ShopPlatform = {
  settings: {
    /** Basic authentication works, as over TLS; otherwise requests must be signed. */
    tls: true,
    /** The core feature; when it is on, the merchant ships by it instead of by a plug-in. */
    fulfillments: false,
    /** Orders are in tables of their own; otherwise a plug-in's number changes no date. */
    hpos: true,
  },
  changed(order, change, fulfilment, world) {
    const state = world.own(WooState);
    state.modifiedMs.set(order.id, state.modifiedMs.get(order.id) ?? order.updatedAtMs);
    switch (change) {
      case 'created':
        setMeta(state, order.id, Object.entries(order.attributes));
        sendOrderEvent('order.created', order.id, world);
        // The first save of the items counts as an update.
        sendOrderEvent('order.updated', order.id, world);
        return;
      case 'deleted':
        sendOrderEvent('order.deleted', order.id, world);
        return;
      case 'cancelled':
        state.statuses.set(order.id, 'cancelled');
        break;
      case 'fulfilled':
      case 'renumbered':
        if (ship(order, fulfilment, world) === 'unnoticed') return;
        break;
      case 'updated':
        break;
    }
    saveOrder(order, world);
  },
};

/** Sets the date of the last change, and sends `order.updated`. */
export function saveOrder(order: ShopOrder, world: SandboxWorld): void {
  world.own(WooState).modifiedMs.set(order.id, world.nowMs);
  sendOrderEvent('order.updated', order.id, world);
}

/** Plans the event for every active webhook of the topic. */
function sendOrderEvent(topic: string, orderId: number, world: SandboxWorld): void {
  for (const webhook of world.subscriptions.list()) {
    if (webhook.state !== 'active' || webhook.details['topic'] !== topic) continue;
    world.send(webhook, String(orderId));
  }
}

/** The key, the value and, where a client names it, the id. */
type MetaEntry = readonly [key: string, value: unknown, id?: number | undefined];

/** Writes metadata by key: the value of an existing key is replaced, and null deletes it. */
export function setMeta(state: WooState, orderId: number, entries: readonly MetaEntry[]): void {
  state.meta.set(orderId, mergeMeta(state, state.meta.get(orderId) ?? [], entries));
}

function mergeMeta(
  state: WooState,
  before: readonly Meta[],
  entries: readonly MetaEntry[],
): Meta[] {
  let all = [...before];
  for (const [key, value, id] of entries) {
    const known = all.find((each) => (id === undefined ? each.key === key : each.id === id));
    if (value === null) all = all.filter((each) => each !== known);
    else if (known === undefined) all.push({ id: state.nextId(), key, value });
    else
      all = all.map((each) => (each === known ? { ...each, key: key || each.key, value } : each));
  }
  return all;
}

/** The merchant enters numbers, in a plug-in or as core Fulfillments. */
function ship(
  order: ShopOrder,
  fulfilment: ShopFulfilment | null,
  world: SandboxWorld,
): 'noticed' | 'unnoticed' {
  const state = world.own(WooState);
  if (isOn(world, platform, 'fulfillments')) {
    for (const [index, { number, carrier, url }] of (fulfilment?.numbers ?? []).entries()) {
      const parcel = `${fulfilment?.id} ${index}`;
      const known = [...state.fulfillments.values()].find((each) => each.parcel === parcel);
      const made = known ?? newFulfillment(state, order.id, parcel);
      made.meta = mergeMeta(state, made.meta, [
        ['_items', (fulfilment?.items ?? []).map(({ id, quantity }) => itemJson(id, quantity))],
        ['_tracking_number', number],
        ['_tracking_url', url],
        ['_shipping_provider', carrier],
      ]);
    }
  } else {
    setMeta(state, order.id, [['_wc_shipment_tracking_items', trackingItems(order)]]);
    if (!isOn(world, platform, 'hpos')) return 'unnoticed';
  }
  if (leftItems(order).length === 0) state.statuses.set(order.id, 'completed');
  return 'noticed';
}

export function newFulfillment(
  state: WooState,
  orderId: number,
  parcel: string | null,
): Fulfillment {
  const id = state.nextId();
  const made = { id, orderId, parcel, status: 'fulfilled', meta: [] };
  state.fulfillments.set(id, made);
  return made;
}

/** WooCommerce's members: not our spelling. */
function itemJson(id: number, quantity: number) {
  return { item_id: id, qty: quantity };
}

/** The numbers as Shipment Tracking keeps them: a provider it knows, or one with a link. */
function trackingItems({ fulfilments }: ShopOrder) {
  return fulfilments.flatMap(({ id, numbers, createdAtMs }) =>
    numbers.map(({ number, carrier, url }, index) => ({
      tracking_provider: url === '' ? carrier : '',
      custom_tracking_provider: url === '' ? '' : carrier,
      custom_tracking_link: url,
      tracking_number: number,
      date_shipped: String(Math.floor(createdAtMs / 1_000)),
      tracking_id: `${id}-${index}`,
    })),
  );
}
