import type { MapAssets } from '../../../http/maps/map-assets.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Board } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import type { Arrivals, Routes } from '../courier-map/stops-ahead.ts';
import type { StreetLines } from '../courier-map/street-lines.ts';

/** The reader of the board: operators or members of a merchant, with the paths of their pages. */
export interface BoardSight {
  /** Path of the board; its other paths are below it. */
  readonly at: string;
  /** The page that a form on it returns to. */
  readonly page: 'board' | 'map';
  /** Path of the stream that announces changes. */
  readonly liveAt: string;
  readonly map: MapAssets;
  readonly csrf: string;
  readonly nowMs: number;
  /** Whether deliveries may be assigned and areas paused. */
  readonly decides: boolean;
  /** Whether names and doors may be shown; otherwise ids and towns are. */
  readonly seesPeople: boolean;
  /** What forms repeat so that the board stays with its merchant; null: nothing. */
  readonly of: string | null;
  /** Paths of pages. */
  readonly pathOf: {
    readonly shipment: (id: string) => string;
    /** This page with a delivery or courier selected. */
    readonly chosen: (id: string) => string;
    /** The page of a courier by the public id. */
    readonly courier: (id: string) => string;
  };
}

export interface BoardProps {
  readonly sight: BoardSight;
  readonly board: Board;
  /** The streets along which routes are drawn. */
  readonly streets: StreetLines;
  /** What couriers have still to do; others' routes are not drawn. */
  readonly routes: Routes;
  /** When those under way arrive, by shipment. */
  readonly arrivals: Arrivals;
  /** Those on shift. */
  readonly couriers: readonly MapCourier[];
  /** Whether there are any, on shift or not. */
  readonly hasCouriers: boolean;
  /** The merchants' slugs by id, when deliveries of several merchants are shown. */
  readonly merchants: ReadonlyMap<string, string>;
  /** The selected delivery or courier. */
  readonly chosenId: string | null;
  /** The tenants of these deliveries and couriers; null: only the reader's own. */
  readonly tenants: readonly Tenant[] | null;
}
