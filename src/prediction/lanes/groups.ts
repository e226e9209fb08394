import type { Parcel, ParcelPlace } from '../sample/parcel.ts';

/**
 * The groups that a parcel is compared with, from all to its zone. `zone` is the first characters
 * of the destination's postal code: the area that shares a depot nearly everywhere.
 */
export const GROUPS = ['all', 'origin', 'destination', 'lane', 'zone', 'sender'] as const;
export type Group = (typeof GROUPS)[number];

/** The wider group that supplements a group with little history; `all` has none. */
export const PARENTS: Readonly<Record<Exclude<Group, 'all'>, Group>> = {
  origin: 'all',
  destination: 'all',
  lane: 'destination',
  zone: 'lane',
  sender: 'all',
};

export type GroupKeys = Readonly<Record<Group, string>>;

/** Three characters separate depots and still gather parcels; two where codes are short. */
export const ZONE_CHARS = 3;
const REGION_CHARS = 2;

/** The keys of a parcel's groups. Groups of different carriers or services are separate. */
export function groupKeys(parcel: Omit<Parcel, 'deliveredAt'>): GroupKeys {
  const how = joined(parcel.carrier, parcel.serviceLevel);
  const origin = joined(how, regionOf(parcel.origin));
  const destination = joined(how, regionOf(parcel.destination));
  const lane = joined(origin, regionOf(parcel.destination));
  const { country, postal } = parcel.destination;
  const zone = postal === '' ? lane : joined(how, country, postal.slice(0, ZONE_CHARS));
  return { all: '', origin, destination, lane, zone, sender: joined(how, parcel.sender) };
}

/** The given region, or the beginning of the postal code if none was given. */
export function regionOf({ country, region, postal }: ParcelPlace): string {
  return joined(country, region === '' ? postal.slice(0, REGION_CHARS) : region);
}

/** A lane in plain form: from region to region, for any carrier. */
export function plainLane(parcel: Omit<Parcel, 'deliveredAt'>): string {
  return joined(regionOf(parcel.origin), regionOf(parcel.destination));
}

/**
 * Joins the parts of a key with a character that no cell of a file contains, so that `a|b` and
 * `ab|` differ.
 */
function joined(...parts: readonly string[]): string {
  return parts.join('\u001f');
}
