/** Who looks at the board and its deliveries: operators or people of a merchant, and where their pages are. */
export interface BoardSight {
  /** Of the board; what belongs to it lies below. */
  readonly at: string;
  /** Where it is told that the board has changed. */
  readonly liveAt: string;
  readonly csrf: string;
  readonly nowMs: number;
  /** Whether deliveries may be assigned and areas paused. */
  readonly decides: boolean;
  /** Addresses of pages; null: the reader has no such page. */
  readonly pathOf: {
    readonly shipment: (id: string) => string;
    /** By the id on the wire. */
    readonly courier: (id: string) => string | null;
  };
}
