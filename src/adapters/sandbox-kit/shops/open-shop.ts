import type { SandboxAnswer, SandboxWorld } from '../carrier.ts';
import {
  FULFILMENT_WANTED,
  NUMBERS,
  ORDER_WANTED,
  type SandboxShop,
  type ShopFulfilment,
  type ShopOrder,
  type ShopWrite,
} from './shop.ts';

export type ShopChange =
  | 'created'
  | 'updated'
  | 'cancelled'
  | 'deleted'
  | 'fulfilled'
  | 'renumbered';

/** A shop's orders, switches and the record of what was written: `world.own(ShopBook)`. */
export class ShopBook {
  readonly orders = new Map<number, ShopOrder>();
  readonly writes: ShopWrite[] = [];
  settings: Readonly<Record<string, boolean>> | null = null;
  #ids = 1000;

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** The orders that match, the earliest first; those of one time in the order of their ids. */
  sorted(
    atMsOf: (order: ShopOrder) => number,
    matches: (order: ShopOrder) => boolean,
  ): ShopOrder[] {
    return [...this.orders.values()]
      .filter(matches)
      .sort((one, other) => atMsOf(one) - atMsOf(other) || one.id - other.id);
  }

  record(world: SandboxWorld, orderId: number, what: string, body: unknown): void {
    this.writes.push({ atMs: world.nowMs, orderId, what, body });
  }
}

/** How one platform differs. */
export interface ShopPlatform {
  /** The switches, as they are at first. */
  readonly settings: Readonly<Record<string, boolean>>;
  /** Updates what only this platform has, and sends its events. */
  changed(
    order: ShopOrder,
    change: ShopChange,
    fulfilment: ShopFulfilment | null,
    world: SandboxWorld,
  ): void;
  privacy?(topic: string, order: ShopOrder | null, world: SandboxWorld): void;
}

/** Whether a platform's switch is on. */
export function isOn(world: SandboxWorld, platform: ShopPlatform, name: string): boolean {
  return (world.own(ShopBook).settings ?? platform.settings)[name] === true;
}

/** The people in a platform's shop. */
export function openShop(platform: ShopPlatform, worldNow: () => SandboxWorld): SandboxShop {
  const book = worldNow().own(ShopBook);
  const { privacy } = platform;
  function change(
    id: number,
    kind: ShopChange,
    act: (order: ShopOrder) => ShopFulfilment | null,
  ): ShopOrder | null {
    const order = book.orders.get(id);
    if (order === undefined) return null;
    const world = worldNow();
    order.updatedAtMs = world.nowMs;
    platform.changed(order, kind, act(order), world);
    return order;
  }
  return {
    place(wanted) {
      const world = worldNow();
      const { at = world.nowMs, items, ...given } = ORDER_WANTED.parse(wanted);
      const order: ShopOrder = {
        ...given,
        id: book.nextId(),
        items: items.map((each) => ({ ...each, id: book.nextId() })),
        createdAtMs: at,
        updatedAtMs: at,
        cancelledAtMs: null,
        fulfilments: [],
      };
      book.orders.set(order.id, order);
      platform.changed(order, 'created', null, world);
      return order;
    },
    fulfil(orderId, wanted) {
      const given = FULFILMENT_WANTED.parse(wanted);
      const order = change(orderId, 'fulfilled', (found) => {
        const fulfilment: ShopFulfilment = {
          id: book.nextId(),
          items: leftItems(found).flatMap(({ id, sku, quantity }) => {
            const some = given.items?.find((each) => each.sku === sku)?.quantity ?? 0;
            const shipped = Math.min(quantity, given.items === undefined ? quantity : some);
            return shipped > 0 ? [{ id, quantity: shipped }] : [];
          }),
          numbers: given.numbers,
          createdAtMs: found.updatedAtMs,
          updatedAtMs: found.updatedAtMs,
        };
        found.fulfilments.push(fulfilment);
        return fulfilment;
      });
      return order?.fulfilments.at(-1) ?? null;
    },
    edit(orderId, { numbers: renumbered, ...given }) {
      return change(orderId, renumbered === undefined ? 'updated' : 'renumbered', (order) => {
        Object.assign(order, given);
        const last = order.fulfilments.at(-1);
        if (renumbered === undefined || last === undefined) return null;
        last.numbers = NUMBERS.parse(renumbered);
        last.updatedAtMs = order.updatedAtMs;
        return last;
      });
    },
    cancel: (orderId) =>
      change(orderId, 'cancelled', (order) => {
        order.cancelledAtMs = order.updatedAtMs;
        return null;
      }),
    remove: (orderId) =>
      change(orderId, 'deleted', () => {
        book.orders.delete(orderId);
        return null;
      }),
    orders: () => [...book.orders.values()],
    writes: () => book.writes,
    set(wanted) {
      const now = book.settings ?? platform.settings;
      if (Object.keys(wanted).some((name) => !(name in now))) return null;
      book.settings = { ...now, ...wanted };
      return book.settings;
    },
    ...(privacy && { privacy: (topic, order) => privacy(topic, order, worldNow()) }),
  };
}

/** The items of an order that no fulfilment has. */
export function leftItems({ items, fulfilments }: ShopOrder): ShopOrder['items'] {
  return items.flatMap((each) => {
    const shipped = fulfilments
      .flatMap(({ items: some }) => some)
      .reduce((sum, { id, quantity }) => sum + (id === each.id ? quantity : 0), 0);
    return shipped < each.quantity ? [{ ...each, quantity: each.quantity - shipped }] : [];
  });
}

/** An order's customer as platforms store them: the first word, and the others. */
export function namesOf({ name }: ShopOrder): { readonly first: string; readonly last: string } {
  const [first = '', ...others] = name.split(' ');
  return { first, last: others.join(' ') };
}

/** A page on which the merchant answers an app's request: a heading, a sentence, and links. */
export function consentPage(
  heading: string,
  sentence: string,
  links: Readonly<Record<string, string>>,
  status = 200,
): SandboxAnswer {
  const anchors = Object.entries(links).map(
    ([label, href]) => `<p><a href="${escaped(href)}">${escaped(label)}</a></p>`,
  );
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: [
      '<!doctype html><html lang="en"><meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width">',
      `<title>${escaped(heading)}</title><body style="font:1.1rem system-ui;margin:3rem auto;`,
      `max-width:34rem"><h1>${escaped(heading)}</h1><p>${escaped(sentence)}</p>${anchors.join('')}`,
    ].join(''),
  };
}

function escaped(given: string): string {
  return given.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
