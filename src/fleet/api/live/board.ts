import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { CourierPlace } from '../../positions/index.ts';

/** A courier's place, and the batch in which it changed. */
interface Entry {
  readonly place: CourierPlace;
  /** The serialized place; null: not in any batch yet. */
  json: string | null;
  /** The batch that first contained it. */
  seq: number;
}

/** The newest place of each courier of one tenant, numbered by batch. */
export class Board {
  readonly #places = new Map<string, Entry>();
  /** Couriers whose shift ended, and the batch that reported it. */
  readonly #gone = new Map<string, number>();
  readonly #dirty = new Set<string>();
  /** Couriers whose shift ended before the first load finished: the load may still return them. */
  readonly #goneBefore = new Set<string>();
  /**
   * A client with an older batch receives everything, because removals before this batch are no
   * longer known.
   */
  #sinceSeq = Number.POSITIVE_INFINITY;
  isLoaded = false;

  /** Adds loaded places. A place received meanwhile is newer, and stays due for the next batch. */
  load(places: readonly CourierPlace[], seq: number): void {
    this.isLoaded = true;
    this.#sinceSeq = seq;
    for (const place of places) {
      const { courierId } = place;
      if (this.#dirty.has(courierId) || this.#goneBefore.has(courierId)) continue;
      this.#places.set(courierId, entryOf(place, seq));
    }
    this.#goneBefore.clear();
  }

  show(place: CourierPlace): void {
    const { courierId, position } = place;
    const known = this.#places.get(courierId);
    if (known !== undefined && known.place.position.atMs >= position.atMs) return;
    this.#places.set(courierId, entryOf(place, known?.seq ?? Number.NEGATIVE_INFINITY));
    this.#goneBefore.delete(courierId);
    this.#gone.delete(courierId);
    this.#dirty.add(courierId);
  }

  drop(courierId: string): void {
    if (!this.isLoaded) this.#goneBefore.add(courierId);
    if (!this.#places.delete(courierId)) return;
    this.#gone.set(courierId, Number.NEGATIVE_INFINITY);
    this.#dirty.add(courierId);
  }

  /**
   * Assigns the batch number to all changes since the last batch; returns the couriers concerned.
   */
  number(seq: number): readonly string[] {
    const changed = [...this.#dirty];
    this.#dirty.clear();
    for (const id of changed) {
      const entry = this.#places.get(id);
      if (entry !== undefined) entry.seq = seq;
      else if (this.#gone.has(id)) this.#gone.set(id, seq);
    }
    return changed;
  }

  /** Forgets couriers removed before that batch. */
  forgetGone(beforeSeq: number): void {
    for (const [id, seq] of this.#gone) {
      if (seq >= beforeSeq) continue;
      this.#gone.delete(id);
      this.#sinceSeq = Math.max(this.#sinceSeq, seq);
    }
  }

  /**
   * The members of a batch with the changes since another one, as JSON without braces; null: none.
   * @param since that batch; null: the result contains everything
   * @param only the only courier to include; null: all
   */
  part(since: number | null, only: string | null): string | null {
    const from = this.from(since);
    const ids = only === null ? this.#places.keys() : this.#places.has(only) ? [only] : [];
    const couriers: string[] = [];
    for (const id of ids) {
      const entry = this.#places.get(id);
      if (entry !== undefined && (from === null || entry.seq > from)) couriers.push(jsonOf(entry));
    }
    if (from === null) return `"reset":true,"couriers":[${couriers.join()}],"gone":[]`;
    const gone = this.goneSince(from, (id) => only === null || only === id);
    if (couriers.length === 0 && gone.length === 0) return null;
    return `"couriers":[${couriers.join()}],"gone":[${gone.join()}]`;
  }

  /** The batch to send changes from; null: send everything. */
  from(since: number | null): number | null {
    return since === null || since < this.#sinceSeq ? null : since;
  }

  /** A courier's place if it changed after that batch. */
  newerThan(from: number | null, courierId: string): CourierPlace | null {
    const entry = this.#places.get(courierId);
    return entry !== undefined && (from === null || entry.seq > from) ? entry.place : null;
  }

  /** Couriers whose shift ended after that batch: public ids as JSON. */
  goneSince(from: number, isWanted: (courierId: string) => boolean): readonly string[] {
    const gone: string[] = [];
    for (const [id, seq] of this.#gone) {
      if (seq > from && isWanted(id)) gone.push(`"${wireId('courier', id)}"`);
    }
    return gone;
  }
}

function entryOf(place: CourierPlace, seq: number): Entry {
  return { place, json: null, seq };
}

function jsonOf(entry: Entry): string {
  entry.json ??= placeJson(entry.place);
  return entry.json;
}

/** As in `GET /couriers/{id}/position`, without the members that need no update each second. */
function placeJson({ courierId, position }: CourierPlace): string {
  return JSON.stringify({
    courier_id: wireId('courier', courierId),
    ts: iso(position.atMs),
    lat: position.lat,
    lng: position.lng,
    accuracy_m: position.accuracyM,
    speed_kmh: position.speedKmh,
    heading: position.heading,
    battery: position.battery,
  });
}
