import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { CourierPlace } from '../../../positions/index.ts';
import { iso } from '../../../tracking/index.ts';

/** A courier's place, and since when it is known here. */
interface Entry {
  readonly place: CourierPlace;
  /** As it goes out; null: nobody has been told it yet. */
  json: string | null;
  /** Of the batch that told it first. */
  seq: number;
}

/** Where all couriers of one tenant are: the newest place of each, told by number of batch. */
export class Board {
  readonly #places = new Map<string, Entry>();
  /** Whose shift ended, and in which batch that was told. */
  readonly #gone = new Map<string, number>();
  readonly #dirty = new Set<string>();
  /** Whose shift ended before all others were known: who is looked up meanwhile may still be among them. */
  readonly #goneBefore = new Set<string>();
  /** Whoever has seen a batch before this one is told everything: it is not known who is gone. */
  #sinceSeq = Number.POSITIVE_INFINITY;
  isLoaded = false;

  /** What was known before; what has come meanwhile is newer, and stays to be numbered. */
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

  /** Numbers what has changed since the last batch; returns whose. */
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

  /** Forgets who has been gone since before that batch. */
  forgetGone(beforeSeq: number): void {
    for (const [id, seq] of this.#gone) {
      if (seq >= beforeSeq) continue;
      this.#gone.delete(id);
      this.#sinceSeq = Math.max(this.#sinceSeq, seq);
    }
  }

  /** What is new since that batch; null: everything is told. */
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

  /** From which batch on news are told to whoever has seen that one; null: everything is told. */
  from(since: number | null): number | null {
    return since === null || since < this.#sinceSeq ? null : since;
  }

  /** A courier's place where it is news after that batch. */
  newerThan(from: number | null, courierId: string): CourierPlace | null {
    const entry = this.#places.get(courierId);
    return entry !== undefined && (from === null || entry.seq > from) ? entry.place : null;
  }

  /** Whose shift has ended after that batch: ids of the wire as JSON. */
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

/** As `GET /couriers/{id}/position` says it, without what nobody needs each second. */
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
