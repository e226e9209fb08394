import type { PublicEvent } from '../../../../../tracking/ports/public-tracks.ts';
import type { PageTexts } from '../texts.ts';
import { dateOf, machineTime, offsetOf, type WallClockFormats, zoneLabel } from './wall-clock.ts';

/** What happened on one local day, newest first. */
export interface Day {
  /** Counted from the newest; unlike the date, it is unique. */
  readonly place: number;
  readonly label: string;
  /** `2026-11-19`; null for events without a date. */
  readonly date: string | null;
  readonly events: readonly ShownEvent[];
}

export interface ShownEvent {
  /** Counted from the newest. */
  readonly place: number;
  readonly time: string;
  /** Local time, with the offset if it is known; null without a time. */
  readonly datetime: string | null;
  /** `UTC−05:00`, or a note that it is local time; null without a time. */
  readonly zone: string | null;
  /** IANA name, where the zone has a known name. */
  readonly zoneName: string | null;
  readonly description: string;
  readonly location: string | null;
  /** “via EasyPost”; null if the carrier itself reported it. */
  readonly via: string | null;
}

/**
 * Groups the timeline by the local days of the events' places. The order stays: a parcel that flies
 * west may see the same date twice, and the date is then listed twice.
 */
export function daysOf(
  events: readonly PublicEvent[],
  describe: (event: PublicEvent) => Pick<ShownEvent, 'description' | 'via'>,
  { history }: PageTexts,
  formats: WallClockFormats,
): readonly Day[] {
  const days: (Omit<Day, 'events'> & { readonly events: ShownEvent[] })[] = [];
  for (const [place, event] of events.entries()) {
    const local = event.occurred_local;
    const label = local === null ? null : formats.day(dateOf(local));
    const date = local === null || label === null ? null : dateOf(local);
    const last = days.at(-1);
    const day =
      last !== undefined && last.date === date
        ? last
        : { place, label: label ?? history.no_date, date, events: [] };
    if (day !== last) days.push(day);
    day.events.push({ place, ...toShownEvent(event, describe(event), history, formats) });
  }
  return days;
}

function toShownEvent(
  event: PublicEvent,
  described: Pick<ShownEvent, 'description' | 'via'>,
  texts: PageTexts['history'],
  formats: WallClockFormats,
): Omit<ShownEvent, 'place'> {
  const { occurred_at: at, occurred_local: local, time_zone: zone, location } = event;
  const time = local === null ? null : formats.time(local);
  if (local === null || time === null) {
    const none = { datetime: null, zone: null, zoneName: null };
    return { ...none, time: texts.no_time, ...described, location };
  }
  const offsetMin = offsetOf(at, local);
  return {
    time,
    datetime: machineTime(local, offsetMin),
    zone: offsetMin === null ? texts.local_time : zoneLabel(offsetMin),
    zoneName: zone?.includes('/') ? zone : null,
    ...described,
    location,
  };
}
