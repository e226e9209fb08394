import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { Clock } from '../../platform/clock.ts';
import type { OwnDelivery, Phone } from './phone.ts';
import { placeOn } from './ride.ts';
import { type Streets, wayOn } from './streets.ts';

/** What a courier does after arriving somewhere. */
type Errand =
  | { readonly kind: 'pick_up'; readonly delivery: OwnDelivery; readonly at: LatLng }
  | { readonly kind: 'hand_over'; readonly delivery: OwnDelivery; readonly at: LatLng }
  | { readonly kind: 'bring_back'; readonly delivery: OwnDelivery; readonly at: LatLng }
  /** This courier cannot deliver it, so another one may. */
  | { readonly kind: 'give_back'; readonly delivery: OwnDelivery }
  /**
   * Nobody was there, or the courier does not know the PIN: it goes back to where it was picked up.
   */
  | { readonly kind: 'turn_round'; readonly delivery: OwnDelivery };

/** How far sandbox couriers ride: only within their towns. */
const RANGE_M = 6_000;

/**
 * Chooses the courier's next errand. Parcels in the bag come first. Null: there is nothing to do.
 * Pure.
 */
export function nextErrand(own: readonly OwnDelivery[], place: LatLng): Errand | null {
  const errands = own.flatMap((delivery) => errandOf(delivery, place) ?? []);
  return errands.find(({ kind }) => kind !== 'pick_up') ?? errands[0] ?? null;
}

function errandOf(delivery: OwnDelivery, place: LatLng): Errand | null {
  const { origin, destination } = delivery;
  switch (delivery.phase) {
    case 'assigned': {
      const ways = [distanceM(place, origin), distanceM(origin, destination)];
      if (ways.some((metres) => metres > RANGE_M)) return { kind: 'give_back', delivery };
      return { kind: 'pick_up', delivery, at: origin };
    }
    case 'picked_up':
    case 'arriving':
      return { kind: 'hand_over', delivery, at: destination };
    case 'attempted':
      return { kind: 'turn_round', delivery };
    case 'returning':
      return { kind: 'bring_back', delivery, at: origin };
    default:
      return null;
  }
}

/** A cargo bike with a motor. */
export const SPEED_MPS = 6;
/** How long a stop takes: ringing, signing, taking a picture. */
const STOP_MS = 6_000;
/** How often a riding courier reports its position. */
const RIDING_MS = 3_000;
/** A standing courier reports its position once a minute, as a phone does. */
const HEARTBEAT_MS = 60_000;
/** How often an idle courier checks for work; new work wakes it at once. */
const IDLE_MS = HEARTBEAT_MS;
/** The maximum age of loaded work; every change reloads it at once. */
const WORK_MS = 15_000;
/** How long a courier stays after work before riding back to its waiting place. */
const HOME_AFTER_MS = 60_000;
/**
 * How long an offer is read before it is accepted, as by a person. Deliveries without an offer are
 * left to couriers with one.
 */
const READS_MS = 1_000;
const UNASKED_MS = 8_000;
/** The delay before the next step, so that others get their turn between two requests. */
const SOON_MS = 500;
/** At this distance, the courier has arrived. */
const HERE_M = 5;

interface Ride {
  readonly way: readonly LatLng[];
  readonly beganMs: number;
}

/** A sandbox courier. In a new process it begins where it last was. */
export class SandboxCourier {
  readonly #phone: Phone;
  readonly #clock: Clock;
  readonly #home: LatLng;
  readonly #streets: Streets;
  readonly #photo: () => Promise<Uint8Array>;
  #place: LatLng;
  #ride: Ride | null = null;
  /** The purpose of the ride; null: home. */
  #errand: Errand | null = null;
  #arrivedMs: number | null = null;
  #work: { readonly deliveries: readonly OwnDelivery[]; readonly readMs: number } | null = null;
  /** When each open delivery was first seen, by id. */
  #firstOffered: ReadonlyMap<string, number> = new Map();
  #idleSinceMs: number;
  #reportedMs = Number.NEGATIVE_INFINITY;
  /**
   * Whether the courier has reported where it stands; false if it was moving at the last report.
   */
  #isReported = false;

  constructor(
    phone: Phone,
    around: {
      readonly clock: Clock;
      readonly home: LatLng;
      readonly place: LatLng;
      readonly streets: Streets;
      /** Returns the picture that the courier's camera takes. */
      readonly photo: () => Promise<Uint8Array>;
    },
  ) {
    this.#phone = phone;
    this.#clock = around.clock;
    this.#home = around.home;
    this.#streets = around.streets;
    this.#place = around.place;
    this.#photo = around.photo;
    this.#idleSinceMs = around.clock.nowMs();
  }

  /** Reloads the work at the next step, because it has changed or may have. */
  changed(): void {
    this.#work = null;
  }

  /**
   * Does what is due now; returns in how many milliseconds to call it again. Rejects if the hub
   * does not answer; a later call loses nothing.
   */
  async step(): Promise<number> {
    const work = await this.#read();
    if (work === null) return IDLE_MS;
    const nowMs = this.#clock.nowMs();
    this.#move(nowMs);
    const errand = nextErrand(work, this.#place);
    if (errand === null) return this.#idle(nowMs);
    this.#idleSinceMs = nowMs;
    if (!('at' in errand)) {
      await this.#giveUp(errand);
      this.#work = null;
      return RIDING_MS;
    }
    if (this.#errand?.kind !== errand.kind || this.#errand.delivery.id !== errand.delivery.id) {
      this.#setOut(errand.at, nowMs);
      this.#errand = errand;
    }
    await this.#reportPlace(nowMs, this.#ride === null ? 0 : SPEED_MPS * 3.6);
    if (this.#ride !== null) return RIDING_MS;
    this.#arrivedMs ??= nowMs;
    const doneMs = Math.max(this.#arrivedMs + STOP_MS, readyMs(errand));
    if (nowMs < doneMs) return Math.min(RIDING_MS, doneMs - nowMs);
    await this.#finish(errand);
    this.#work = null;
    this.#errand = null;
    this.#arrivedMs = null;
    return SOON_MS;
  }

  /** Reads the courier's work; null: the courier is off shift. */
  async #read(): Promise<readonly OwnDelivery[] | null> {
    const nowMs = this.#clock.nowMs();
    if (this.#work === null || nowMs - this.#work.readMs > WORK_MS) {
      this.#work = null;
      const deliveries = await this.#phone.work();
      if (deliveries === null) return null;
      this.#work = { deliveries, readMs: nowMs };
    }
    return this.#work.deliveries;
  }

  /** Accepts offers, and eventually returns to its waiting place. */
  async #idle(nowMs: number): Promise<number> {
    this.#errand = null;
    const open = (await this.#phone.open(this.#place)).filter(
      ({ origin }) => distanceM(origin, this.#place) <= RANGE_M,
    );
    const firstOffered = new Map(open.map(({ id }) => [id, this.#firstOffered.get(id) ?? nowMs]));
    this.#firstOffered = firstOffered;
    for (const { id, isOffered } of open) {
      const waitMs = isOffered ? READS_MS : UNASKED_MS;
      if (nowMs - (firstOffered.get(id) ?? nowMs) < waitMs || !(await this.#phone.take(id)))
        continue;
      this.#work = null;
      return SOON_MS;
    }
    const isAway = distanceM(this.#place, this.#home) > HERE_M;
    if (isAway && this.#ride === null && nowMs - this.#idleSinceMs > HOME_AFTER_MS) {
      this.#setOut(this.#home, nowMs);
    }
    await this.#reportPlace(nowMs, this.#ride === null ? 0 : SPEED_MPS * 3.6);
    if (open.length > 0) return READS_MS;
    return this.#ride === null ? IDLE_MS : RIDING_MS;
  }

  #setOut(to: LatLng, nowMs: number): void {
    this.#arrivedMs = null;
    this.#ride = { way: wayOn(this.#streets, this.#place, to), beganMs: nowMs };
  }

  #move(nowMs: number): void {
    if (this.#ride === null) return;
    const { way, beganMs } = this.#ride;
    const at = placeOn(way, ((nowMs - beganMs) / 1_000) * SPEED_MPS);
    this.#place = at;
    if (at.isThere) this.#ride = null;
  }

  async #reportPlace(nowMs: number, speedKmh: number): Promise<void> {
    const everyMs = speedKmh === 0 ? HEARTBEAT_MS : RIDING_MS;
    const isFirst = this.#ride === null && this.#isReported === false;
    if (!isFirst && nowMs - this.#reportedMs < everyMs - SOON_MS) return;
    this.#isReported = this.#ride === null;
    this.#reportedMs = nowMs;
    await this.#phone.reportPosition(this.#place, nowMs, speedKmh);
  }

  async #giveUp({ kind, delivery }: Extract<Errand, { kind: 'give_back' | 'turn_round' }>) {
    if (kind === 'give_back') await this.#phone.giveBack(delivery.id);
    else await this.#phone.report(delivery.id, 'returning');
  }

  async #finish({ kind, delivery }: Extract<Errand, { at: LatLng }>): Promise<void> {
    if (kind === 'pick_up') await this.#phone.report(delivery.id, 'picked_up');
    else if (kind === 'bring_back') await this.#phone.report(delivery.id, 'returned_to_sender');
    else await this.#handOver(delivery);
  }

  async #handOver({ id, destination, requireProof }: OwnDelivery): Promise<void> {
    // Only the recipient knows the PIN, and here there is no recipient to give it.
    if (!requireProof.includes('pin')) {
      await this.#phone.prove(id, { photo: await this.#photo(), at: destination });
      if (await this.#phone.report(id, 'delivered')) return;
    }
    await this.#phone.report(id, 'delivery_attempted');
  }
}

function readyMs(errand: Errand): number {
  return errand.kind === 'pick_up' ? errand.delivery.readyMs : 0;
}
