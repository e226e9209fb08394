import { DateTime } from 'luxon';
import type { Status } from '../../kernel/status.ts';
import type { Meaning } from './demo-service.ts';
import type { Draws } from './draws.ts';
import type { Country, Place } from './world.ts';

/** A scan, and the day on which the carrier expects the delivery from then on. */
export interface DemoScan extends Meaning {
  readonly atMs: number;
  readonly place: Place;
  /** A day at the destination, `2026-11-25`; null: the carrier promises none any more. */
  readonly expectedOn: string | null;
}

/** What goes wrong with a parcel. */
export type Trouble =
  | 'none'
  | 'slow'
  | 'delayed'
  | 'weather'
  | 'absent'
  | 'address'
  | 'refused'
  | 'damaged'
  | 'lost'
  | 'customs';

export interface Trip {
  readonly createdAtMs: number;
  readonly days: number;
  readonly from: Country & { readonly code: string };
  readonly to: Country & { readonly code: string };
  readonly door: Place;
  readonly trouble: Trouble;
  /** How many days the trouble costs. */
  readonly lostDays: number;
}

export interface Journey {
  readonly promisedOn: string;
  readonly scans: readonly DemoScan[];
}

const MINUTE_MS = 60_000;
/** What is ordered before this hour is picked up on the same day. */
const CLOSING_HOUR = 16;

/**
 * Plans the scans of a parcel from its label to its end, as a carrier would make them: no Sundays,
 * lorries at night, doors by day. Pure.
 */
export function planJourney(draws: Draws, trip: Trip): Journey {
  const path = new Path(draws, trip);
  if (trip.days === 0) path.sameDay();
  else path.overland();
  return { promisedOn: path.promisedOn, scans: path.scans };
}

class Path {
  readonly scans: DemoScan[] = [];
  promisedOn = '';
  readonly #draws: Draws;
  readonly #trip: Trip;
  #expectedOn: string | null = null;

  constructor(draws: Draws, trip: Trip) {
    this.#draws = draws;
    this.#trip = trip;
  }

  sameDay(): void {
    const { createdAtMs, door, trouble } = this.#trip;
    const depot = this.#depot();
    this.promisedOn = dayOf(createdAtMs, door.zone);
    this.#expectedOn = this.promisedOn;
    this.#scan(createdAtMs, 'created', depot, null, 'label_created');
    this.#after(20, 70, 'picked_up', depot);
    this.#after(15, 60, 'out_for_delivery', depot);
    if (trouble === 'none' || trouble === 'slow') this.#after(20, 100, 'delivered', door);
    else this.#visit(DateTime.fromMillis(createdAtMs, { zone: door.zone }));
  }

  overland(): void {
    const { createdAtMs, days, from, to, door, trouble, lostDays } = this.#trip;
    const depot = this.#depot();
    const created = DateTime.fromMillis(createdAtMs, { zone: depot.zone });
    const shipped = created.hour < CLOSING_HOUR ? created : created.plus({ days: 1 });
    const pickup = this.#at(workingDay(shipped), 16.5, 18.5);
    const due = afterWorkingDays(pickup.setZone(door.zone, { keepLocalTime: true }), days);
    this.promisedOn = iso(due);
    this.#scan(createdAtMs, 'created', depot, null, 'label_created');
    this.#expectedOn = this.promisedOn;
    this.#scan(pickup.toMillis(), 'picked_up', depot);
    const [first, ...others] = this.#hubs(from, 1 + Math.max(0, days - 2));
    this.#through(first ?? depot, 2, 4);
    for (const hub of others) this.#through(hub, 17, 22);
    if (from.code !== to.code) this.#customs(this.#hubs(to, 1)[0] ?? door);
    if (trouble === 'lost') {
      this.#lose(due);
      return;
    }
    const day = trouble === 'slow' ? afterWorkingDays(due, lostDays) : due;
    const arrival = this.#at(day, 3.5, 6.5).toMillis();
    this.#scan(arrival, 'at_facility', door, null, 'arrived');
    if (trouble === 'weather' || trouble === 'delayed') {
      const later = afterWorkingDays(day, lostDays);
      this.#expectedOn = iso(later);
      this.#after(
        10,
        60,
        'exception',
        door,
        `${trouble === 'weather' ? 'weather' : 'carrier'}_delay`,
      );
      this.#deliver(later);
    } else if (trouble === 'damaged') {
      this.#expectedOn = null;
      this.#after(15, 90, 'exception', door, 'damaged');
      this.#goBack(afterWorkingDays(day, 2));
    } else if (['address', 'absent', 'refused'].includes(trouble)) {
      this.#out(day);
      this.#visit(day);
    } else this.#deliver(day);
  }

  #depot(): Place {
    const { from } = this.#trip;
    return { ...from.depot, country: from.code };
  }

  /** At most so many hubs of a country, in their order. */
  #hubs(country: Trip['from'], most: number): Place[] {
    const hubs = [...country.hubs];
    while (hubs.length > most) hubs.splice(this.#draws.int(0, hubs.length - 1), 1);
    return hubs.map((hub) => ({ ...hub, country: country.code }));
  }

  #through(hub: Place, fromHours: number, toHours: number): void {
    this.#after(fromHours * 60, toHours * 60, 'at_facility', hub, null, 'arrived');
    this.#after(100, 290, 'in_transit', hub, null, 'departed');
  }

  #customs(border: Place): void {
    const { trouble, lostDays } = this.#trip;
    this.#after(8 * 60, 12 * 60, 'in_transit', border, 'customs_clearance', 'customs_clearance');
    if (trouble === 'customs') {
      this.#expectedOn = null;
      this.#after(60, 200, 'exception', border, 'customs_hold');
      this.#after(lostDays * 24 * 60, (lostDays + 1) * 24 * 60, ...released(border));
      this.#expectedOn = this.promisedOn;
    } else this.#after(180, 420, ...released(border));
  }

  #lose(due: DateTime): void {
    const last = this.scans.at(-1)?.place ?? this.#depot();
    this.#expectedOn = null;
    this.#scan(this.#at(afterWorkingDays(due, 3), 9, 15).toMillis(), 'exception', last, 'lost');
    const found = afterWorkingDays(due, 8);
    this.#scan(this.#at(found, 9, 15).toMillis(), 'at_facility', last, null, 'arrived');
    this.#deliver(afterWorkingDays(found, 2));
  }

  #out(day: DateTime): void {
    this.#scan(this.#at(day, 7.2, 9).toMillis(), 'out_for_delivery', this.#trip.door);
  }

  #deliver(day: DateTime): void {
    // A parcel that customs released late goes out on the first day after that.
    const last = this.scans.at(-1)?.atMs ?? 0;
    let on = workingDay(day);
    while (on.set({ hour: 9 }).toMillis() < last) on = afterWorkingDays(on, 1);
    this.#expectedOn = iso(on);
    this.#out(on);
    this.#scan(this.#at(on, 9.5, 19.5).toMillis(), 'delivered', this.#trip.door);
  }

  #visit(day: DateTime): void {
    const { door, trouble, lostDays } = this.#trip;
    const at = () => this.#at(day, 10, 18).toMillis();
    const next = afterWorkingDays(day, 1);
    if (trouble === 'refused') {
      this.#expectedOn = null;
      this.#scan(at(), 'delivery_attempted', door, 'refused');
      this.#goBack(next);
      return;
    }
    if (trouble === 'address') {
      this.#expectedOn = null;
      this.#scan(at(), 'exception', door, 'address_not_found');
      if (lostDays > 2) this.#goBack(next);
      else this.#deliver(afterWorkingDays(day, lostDays));
      return;
    }
    this.#expectedOn = iso(next);
    this.#scan(at(), 'delivery_attempted', door, 'recipient_unavailable');
    if (lostDays < 2) {
      this.#deliver(next);
      return;
    }
    this.#expectedOn = null;
    this.#scan(this.#at(next, 9, 12).toMillis(), 'available_for_pickup', door);
    this.#scan(this.#at(afterWorkingDays(next, 1), 10, 18).toMillis(), 'delivered', door);
  }

  #goBack(from: DateTime): void {
    this.#expectedOn = null;
    this.#scan(this.#at(from, 8, 12).toMillis(), 'returning', this.#trip.door);
    const home = afterWorkingDays(from, Math.max(1, this.#trip.days));
    this.#scan(this.#at(home, 9, 15).toMillis(), 'returned_to_sender', this.#depot());
  }

  /** A time of that day by its own clock. */
  #at(day: DateTime, fromHour: number, toHour: number): DateTime {
    const minutes = this.#draws.int(fromHour * 60, toHour * 60);
    return day.startOf('day').set({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  }

  #after(
    fromMin: number,
    toMin: number,
    status: Status,
    place: Place,
    reason: string | null = null,
    milestone: string | null = null,
  ): void {
    const last = this.scans.at(-1)?.atMs ?? this.#trip.createdAtMs;
    const atMs = last + this.#draws.int(fromMin, toMin) * MINUTE_MS;
    this.#scan(atMs, status, place, reason, milestone);
  }

  /** Adds a scan, never before the previous one: no lorry arrives before it has left. */
  #scan(
    atMs: number,
    status: Status,
    place: Place,
    reason: string | null = null,
    milestone: string | null = null,
  ): void {
    const earliest = (this.scans.at(-1)?.atMs ?? 0) + this.#draws.int(4, 40) * MINUTE_MS;
    const expectedOn = this.#expectedOn;
    this.scans.push({
      atMs: Math.max(atMs, earliest),
      status,
      reason,
      milestone,
      place,
      expectedOn,
    });
  }
}

function released(place: Place): [Status, Place, string, string] {
  return ['in_transit', place, 'customs_released', 'customs_cleared'];
}

function dayOf(ms: number, zone: string): string {
  return iso(DateTime.fromMillis(ms, { zone }));
}

function iso(day: DateTime): string {
  return day.toFormat('yyyy-MM-dd');
}

/** That day, or the Monday after a Sunday. */
function workingDay(day: DateTime): DateTime {
  return day.weekday === 7 ? day.plus({ days: 1 }) : day;
}

function afterWorkingDays(from: DateTime, days: number): DateTime {
  let day = from;
  for (let left = days; left > 0; left -= 1) day = workingDay(day.plus({ days: 1 }));
  return workingDay(day);
}
