import type { SandboxShop, ShopOrder } from '../../../src/adapters/sandbox-kit/index.ts';
import type { Random } from '../../../src/kernel/seeded-random.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { fedexPushes, parcelNumber, type Scan } from '../fedex-push.ts';

/** What a shop is to be shown of a parcel at one time. */
export interface Shown {
  readonly status: string;
  readonly estimate: string | null;
}

export interface BusyParcel {
  readonly number: string;
  readonly orderId: number;
  scans: Scan[];
  estimate: string | null;
  /** Everything that its carrier reported since it was registered, in order. */
  readonly reported: Shown[];
  /** How much its carrier still reports. */
  left: number;
}

/** What is in the names and addresses of all customers. */
export const PEOPLE = ['Quillomar', 'Vexwright', 'mailmarker'];

const STATUSES = ['picked_up', 'at_facility', 'in_transit', 'out_for_delivery', 'delivered'];
const CODES = ['PU', 'AR', 'IT', 'OD', 'DL'];
const REPORTS_MAX = 5;
const DAY_MS = 86_400_000;
/** As many as a message has. */
const PARCELS_A_PUSH = 50;

/** The people of a shop and a carrier at work, all at random from one seed. */
export class BusyShop {
  /** Each number that the shop ever named. */
  readonly parcels = new Map<string, BusyParcel>();
  readonly #shop: SandboxShop;
  readonly #random: Random;
  readonly #clock: Clock;
  /** Scanned by the carrier before the merchant enters their numbers. */
  readonly #early = new Map<number, BusyParcel>();
  #people = 0;
  #numbers = 0;

  constructor(shop: SandboxShop, random: Random, clock: Clock) {
    this.#shop = shop;
    this.#random = random;
    this.#clock = clock;
  }

  /** Customers place this many orders. */
  place(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const { id } = this.#shop.place({
        name: 'Quillomar Vexwright',
        email: this.#email(),
        items: [{ sku: 'A' }, { sku: 'B' }],
      });
      if (this.#isOneOf(20)) this.#early.set(id, this.#newParcel(id));
    }
  }

  /**
   * The merchant ships some of the orders, whole or in parts.
   *
   * @param earlierMax only orders with at most this many earlier fulfilments.
   */
  ship(shareOf: number, earlierMax = 1): void {
    for (const { id, fulfilments, cancelledAtMs } of this.#shop.orders()) {
      if (cancelledAtMs !== null || fulfilments.length > earlierMax || !this.#isOneOf(shareOf))
        continue;
      const early = this.#early.get(id);
      // Its carrier has not scanned it yet.
      if (early?.scans.length === 0) continue;
      this.#early.delete(id);
      const isPart = fulfilments.length === 0 && this.#isOneOf(4);
      if (fulfilments.length === 1 && !this.#isOneOf(4)) continue;
      const count = this.#isOneOf(8) ? 2 + this.#random.below(2) : 1;
      const parcels = Array.from({ length: count }, () => this.#newParcel(id));
      this.#shop.fulfil(id, {
        numbers: this.#entered([...(early === undefined ? [] : [early]), ...parcels]),
        ...(isPart && { items: [{ sku: 'A', quantity: 1 }] }),
      });
    }
  }

  /** The merchant corrects some orders, and customers cancel others. */
  change(shareOf: number): void {
    for (const order of this.#shop.orders()) {
      if (order.cancelledAtMs !== null || !this.#isOneOf(shareOf)) continue;
      const draw = this.#random.below(10);
      if (draw < 2) this.#shop.cancel(order.id);
      else if (draw === 2) this.#shop.remove(order.id);
      else if (draw < 5) this.#shop.edit(order.id, { email: this.#email() });
      else this.#renumber(order, draw);
    }
  }

  /** A number is added, removed or replaced. */
  #renumber({ id, fulfilments }: ShopOrder, draw: number): void {
    const last = fulfilments.at(-1);
    if (last === undefined) return;
    const now = last.numbers.map(({ number }) => ({ number, carrier: 'fedex' }));
    const isAdded = draw !== 9;
    const added = isAdded ? this.#entered([this.#newParcel(id)]) : [];
    this.#shop.edit(id, { numbers: [...(draw < 7 ? now : now.slice(1)), ...added] });
  }

  /**
   * The carrier scans some parcels, or estimates their arrival.
   *
   * @returns the messages with which it reports that.
   */
  report(registered: ReadonlySet<string>, shareOf: number): string[] {
    const early = [...this.#early.values()].filter(({ scans }) => scans.length === 0);
    for (const parcel of early) {
      this.#scan(parcel);
      parcel.estimate = this.#date();
      // The first write says both.
      parcel.reported.push({ status: STATUSES[0] ?? '', estimate: parcel.estimate });
    }
    const some = [...this.parcels.values()].filter(
      ({ number, left }) => left > 0 && registered.has(number) && this.#isOneOf(shareOf),
    );
    for (const parcel of some) this.#report(parcel);
    const all = [...early, ...some];
    return Array.from({ length: Math.ceil(all.length / PARCELS_A_PUSH) }, (_, n) =>
      fedexPushes(all.slice(n * PARCELS_A_PUSH, (n + 1) * PARCELS_A_PUSH)),
    );
  }

  #report(parcel: BusyParcel): void {
    parcel.left -= 1;
    const isDelivered = parcel.scans.length === CODES.length;
    if (isDelivered) return;
    if (parcel.scans.length > 0 && this.#isOneOf(3)) {
      const date = this.#date();
      if (date === parcel.estimate) return;
      parcel.estimate = date;
    } else this.#scan(parcel);
    const status = STATUSES[parcel.scans.length - 1] ?? 'created';
    const estimate = status === 'delivered' ? null : parcel.estimate;
    parcel.reported.push({ status, estimate });
  }

  #scan(parcel: BusyParcel): void {
    const date = `${new Date(this.#clock.nowMs()).toISOString().slice(0, 19)}+00:00`;
    parcel.scans.push({ code: CODES[parcel.scans.length] ?? '', date });
  }

  #newParcel(orderId: number): BusyParcel {
    this.#numbers += 1;
    const number = parcelNumber(this.#numbers);
    const left = this.#random.below(REPORTS_MAX);
    return { number, orderId, left, scans: [], estimate: null, reported: [] };
  }

  #entered(parcels: readonly BusyParcel[]): { number: string; carrier: string }[] {
    for (const parcel of parcels) this.parcels.set(parcel.number, parcel);
    return parcels.map(({ number }) => ({ number, carrier: 'fedex' }));
  }

  #email(): string {
    this.#people += 1;
    return `customer${this.#people}@mailmarker.example`;
  }

  #date(): string {
    const days = 3 + this.#random.below(6);
    return new Date(this.#clock.nowMs() + days * DAY_MS).toISOString().slice(0, 10);
  }

  #isOneOf(count: number): boolean {
    return this.#random.below(count) === 0;
  }
}
