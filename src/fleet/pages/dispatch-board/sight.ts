import type { MapAssets } from '../../../http/maps/map-assets.ts';

/** The reader of the board: operators or members of a merchant, with the paths of their pages. */
export interface BoardSight {
  /** Path of the board; its other paths are below it. */
  readonly at: string;
  /** Path of the stream that announces changes. */
  readonly liveAt: string;
  readonly map: MapAssets;
  readonly csrf: string;
  readonly nowMs: number;
  /** Whether deliveries may be assigned and areas paused. */
  readonly decides: boolean;
  /** Paths of pages. */
  readonly pathOf: {
    readonly shipment: (id: string) => string;
    /** The page of a courier by the public id. */
    readonly courier: (id: string) => string;
  };
}
