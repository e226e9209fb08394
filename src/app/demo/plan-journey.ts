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

interface Trip {
  readonly createdAtMs: number;
  readonly days: number;
  readonly from: Country & { readonly code: string };
  readonly to: Country & { readonly code: string };
  readonly door: Place;
  /** The hubs of its country that are on the way to the door, in order. */
  readonly via: readonly string[];
  readonly trouble: Trouble;
  /** How many days the trouble costs. */
  readonly lostDays: number;
}

interface Journey {
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
    this.#scanAfter(20, 70, 'picked_up', depot);
    this.#scanAfter(15, 60, 'out_for_delivery', depot);
    if (trouble === 'none' || trouble === 'slow') this.#scanAfter(20, 100, 'delivered', door);
    else this.#attemptDelivery(DateTime.fromMillis(createdAtMs, { zone: door.zone }));
  }

  overland(): void {
    const { createdAtMs, days, from, to, door, via, trouble, lostDays } = this.#trip;
    const depot = this.#depot();
    const created = DateTime.fromMillis(createdAtMs, { zone: depot.zone });
    const shipped = created.hour < CLOSING_HOUR ? created : created.plus({ days: 1 });
    const pickup = this.#timeOn(workingDay(shipped), 16.5, 18.5);
    const due = afterWorkingDays(pickup.setZone(door.zone, { keepLocalTime: true }), days);
    this.promisedOn = iso(due);
    this.#scan(createdAtMs, 'created', depot, null, 'label_created');
    this.#expectedOn = this.promisedOn;
    this.#scan(pickup.toMillis(), 'picked_up', depot);
    const isAbroad = from.code !== to.code;
    const way = isAbroad ? this.#hubs(from).slice(0, 1) : this.#hubs(from, via);
    const [first, ...others] = way.slice(0, 1 + Math.max(0, days - 2));
    this.#passHub(first ?? depot, 2, 4);
    for (const hub of others) this.#passHub(hub, 17, 22);
    if (isAbroad) this.#customs(this.#hubs(to, via)[0] ?? door);
    if (trouble === 'lost') {
      this.#loseAndFind(due);
      return;
    }
    const day = trouble === 'slow' ? afterWorkingDays(due, lostDays) : due;
    const arrival = this.#timeOn(day, 3.5, 6.5).toMillis();
    this.#scan(arrival, 'at_facility', door, null, 'arrived');
    if (trouble === 'weather' || trouble === 'delayed') {
      const later = afterWorkingDays(day, lostDays);
      this.#expectedOn = iso(later);
      this.#scanAfter(
        10,
        60,
        'exception',
        door,
        `${trouble === 'weather' ? 'weather' : 'carrier'}_delay`,
      );
      this.#deliver(later);
    } else if (trouble === 'damaged') {
      this.#expectedOn = null;
      this.#scanAfter(15, 90, 'exception', door, 'damaged');
      this.#goBack(afterWorkingDays(day, 2));
    } else if (['address', 'absent', 'refused'].includes(trouble)) {
      this.#sendOut(day);
      this.#attemptDelivery(day);
    } else this.#deliver(day);
  }

  #depot(): Place {
    const { from } = this.#trip;
    return { ...from.depot, country: from.code };
  }

  /** The hubs of a country, or those with these names. */
  #hubs({ hubs, code }: Trip['from'], names?: readonly string[]): Place[] {
    const found = names?.flatMap((name) => hubs.find(({ city }) => city === name) ?? []);
    return (found ?? hubs).map((hub) => ({ ...hub, country: code }));
  }

  /** Adds the scans of arriving at a hub, after so many hours, and of leaving it. */
  #passHub(hub: Place, fromHours: number, toHours: number): void {
    this.#scanAfter(fromHours * 60, toHours * 60, 'at_facility', hub, null, 'arrived');
    this.#scanAfter(100, 290, 'in_transit', hub, null, 'departed');
  }

  #customs(border: Place): void {
    const { trouble, lostDays } = this.#trip;
    this.#scanAfter(
      8 * 60,
      12 * 60,
      'in_transit',
      border,
      'customs_clearance',
      'customs_clearance',
    );
    if (trouble === 'customs') {
      this.#expectedOn = null;
      this.#scanAfter(60, 200, 'exception', border, 'customs_hold');
      this.#scanAfter(lostDays * 24 * 60, (lostDays + 1) * 24 * 60, ...customsReleased(border));
      this.#expectedOn = this.promisedOn;
    } else this.#scanAfter(180, 420, ...customsReleased(border));
  }

  /** Loses the parcel; it is found and delivered many days later. */
  #loseAndFind(due: DateTime): void {
    const last = this.scans.at(-1)?.place ?? this.#depot();
    this.#expectedOn = null;
    this.#scan(this.#timeOn(afterWorkingDays(due, 3), 9, 15).toMillis(), 'exception', last, 'lost');
    const found = afterWorkingDays(due, 8);
    this.#scan(this.#timeOn(found, 9, 15).toMillis(), 'at_facility', last, null, 'arrived');
    this.#deliver(afterWorkingDays(found, 2));
  }

  #sendOut(day: DateTime): void {
    this.#scan(this.#timeOn(day, 7.2, 9).toMillis(), 'out_for_delivery', this.#trip.door);
  }

  /** Sends the parcel out and delivers it on that day, or on the first possible day after it. */
  #deliver(day: DateTime): void {
    // A parcel that customs released late goes out on the first day after that.
    const last = this.scans.at(-1)?.atMs ?? 0;
    let on = workingDay(day);
    while (on.set({ hour: 9 }).toMillis() < last) on = afterWorkingDays(on, 1);
    this.#expectedOn = iso(on);
    this.#sendOut(on);
    this.#scan(this.#timeOn(on, 9.5, 19.5).toMillis(), 'delivered', this.#trip.door);
  }

  /** Adds the failed attempt that the trouble causes, and what follows from it. */
  #attemptDelivery(day: DateTime): void {
    const { door, trouble, lostDays } = this.#trip;
    const at = () => this.#timeOn(day, 10, 18).toMillis();
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
    this.#scan(this.#timeOn(next, 9, 12).toMillis(), 'available_for_pickup', door);
    this.#scan(this.#timeOn(afterWorkingDays(next, 1), 10, 18).toMillis(), 'delivered', door);
  }

  #goBack(from: DateTime): void {
    this.#expectedOn = null;
    this.#scan(this.#timeOn(from, 8, 12).toMillis(), 'returning', this.#trip.door);
    const home = afterWorkingDays(from, Math.max(1, this.#trip.days));
    this.#scan(this.#timeOn(home, 9, 15).toMillis(), 'returned_to_sender', this.#depot());
  }

  /** Draws a local time between two hours of that day. */
  #timeOn(day: DateTime, fromHour: number, toHour: number): DateTime {
    const minutes = this.#draws.int(fromHour * 60, toHour * 60);
    return day.startOf('day').set({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  }

  /** Adds a scan so many minutes after the previous one. */
  #scanAfter(
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

function customsReleased(place: Place): [Status, Place, string, string] {
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
