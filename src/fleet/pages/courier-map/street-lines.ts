import { LRUCache } from 'lru-cache';
import type { MapLine, Position } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { nearest, type Streets, shortest } from '../../sandbox-couriers/streets.ts';

/** Draws what couriers drive along the streets that the hub knows. */
export interface StreetLines {
  /**
   * The way from point to point on streets; null: some point is away from all that are known, so
   * the line can only be straight.
   */
  along(points: readonly Position[]): readonly Position[] | null;
}

/** The streets that ship are within these bounds; elsewhere they are not even read. */
const KNOWN = { south: 47.0, west: 9.4, north: 47.3, east: 9.7 };
/** Legs between stops are the same at each refresh of a map; one takes some milliseconds. */
const LEGS_MAX = 2_000;

/** @param read reads the streets, once they are needed. */
export function streetLines(read: () => Streets): StreetLines {
  const legs = new LRUCache<string, readonly number[]>({ max: LEGS_MAX });
  let known: Streets | null = null;
  return {
    along(points) {
      if (points.length < 2 || !points.every(isKnown)) return null;
      known ??= read();
      const streets = known;
      const corners = points.map(([lng, lat]) => nearest(streets, { lat, lng }));
      const way: Position[] = [];
      for (const [index, point] of points.entries()) {
        const [from, to] = [corners[index - 1], corners[index]];
        if (to == null) return null;
        if (from != null) {
          const key = `${from} ${to}`;
          const leg = legs.get(key) ?? shortest(streets, from, to);
          if (leg.length === 0) return null;
          legs.set(key, leg);
          way.push(...leg.flatMap((at) => positionOf(streets.points[at])));
        }
        way.push(point);
      }
      return way;
    },
  };
}

/** A line along the streets; where they are not known, it is marked as straight. Pure. */
export function alongStreets(line: MapLine, streets: StreetLines): MapLine {
  const points = streets.along(line.points);
  return points === null ? { ...line, isStraight: true } : { ...line, points };
}

function isKnown([lng, lat]: Position): boolean {
  return lat > KNOWN.south && lat < KNOWN.north && lng > KNOWN.west && lng < KNOWN.east;
}

const positionOf = (point: LatLng | undefined): Position[] =>
  point === undefined ? [] : [[point.lng, point.lat]];
