/** Dispatched on the document after its content has changed without a new page. */
export const PAGE_CHANGED = 'waybill:changed';

/** What a page draws on its map: in the page as JSON, and in the script that reads it. */
export interface MapData {
  readonly items: readonly MapItem[];
  readonly lines?: readonly MapLine[];
  /** Outlines of areas where offers are paused. */
  readonly areas?: readonly (readonly Position[])[];
  /** The selected item; the page describes it. */
  readonly chosen?: string | null;
  /** URL of the stream of couriers' positions; null: the page is fetched again instead. */
  readonly live?: string | null;
  /** The stream that announces a new version of the page. */
  readonly updates?: { readonly url: string; readonly version: string };
}

/** Longitude and latitude. */
export type Position = readonly [lng: number, lat: number];

/** Something at one place. An element of the page with the same `data-map-item` belongs to it. */
export interface MapItem {
  readonly id: string;
  readonly kind: 'courier' | 'pickup' | 'door' | 'stop' | 'scan';
  readonly lat: number;
  readonly lng: number;
  readonly name?: string;
  /** Absent: neither good nor bad. */
  readonly tone?: 'good' | 'warn' | 'bad' | 'soft';
  /**
   * Drawn inside its mark: its place in an order, from 1, a letter, or a courier's initials.
   */
  readonly number?: number | string;
  /**
   * The item that it is a detail of, such as a courier's stop: the page goes on describing that.
   */
  readonly of?: string;
  /** Of a courier who moves: degrees clockwise from north. */
  readonly heading?: number | null;
  /** When a courier was there, epoch ms. */
  readonly at?: number;
  /** It is somewhere around here: the radius of its area, in pixels. */
  readonly around?: number;
  /** Of a courier and their stops: the index of the route's colour. */
  readonly route?: number;
}

export interface MapLine {
  /**
   * Where a courier was, the way from stop to stop, what is left of it, or one of several couriers'
   * routes.
   */
  readonly kind: 'trail' | 'way' | 'left' | 'route';
  readonly points: readonly Position[];
  /** The courier it follows. */
  readonly of?: string;
  /** It joins its points as the crow flies: nobody knows the streets between them. */
  readonly isStraight?: boolean;
  /** The index of its colour. */
  readonly route?: number;
}

/** Couriers' routes have this many colours, in turn: `--route-0` and so on. */
export const ROUTE_COLOURS = 6;

/** At least this many couriers close to each other are drawn as one, with their count. */
export const CROWD_MIN = 4;

/** What is written inside a courier's mark: the initials of the name, or the end of an id. Pure. */
export function initialsOf(name: string): string {
  if (name.startsWith('cou_')) return name.slice(-2);
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('');
}
