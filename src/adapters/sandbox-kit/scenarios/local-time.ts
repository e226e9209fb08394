import { IANAZone } from 'luxon';
import { MINUTE_MS } from './scenario.ts';

/** An instant as a clock on the wall of a place shows it, in the pieces carriers put together. */
export interface LocalTime {
  /** `2026-03-01` */
  readonly date: string;
  /** `13:31:00` */
  readonly time: string;
  /** `-05:00` */
  readonly offset: string;
  /** Minutes east of UTC. */
  readonly offsetMin: number;
}

/** Throws on an unknown zone: a script that names one is wrong. */
export function localTime(atMs: number, zone: string): LocalTime {
  const rules = IANAZone.create(zone);
  if (!rules.isValid) throw new Error(`no such time zone: ${zone}`);
  const offsetMin = rules.offset(atMs);
  const iso = new Date(atMs + offsetMin * MINUTE_MS).toISOString();
  return {
    date: iso.slice(0, 10),
    time: iso.slice(11, 19),
    offset: offsetText(offsetMin),
    offsetMin,
  };
}

function offsetText(offsetMin: number): string {
  const abs = Math.abs(offsetMin);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}
