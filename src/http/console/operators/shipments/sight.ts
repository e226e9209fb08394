/** The reader of a shipment's page, and the targets of its links. */
export interface Sight {
  readonly nowMs: number;
  /** Whether names, doors and photos may be seen. */
  readonly seesPeople: boolean;
  /** Paths of pages; null: the reader has no such page. */
  readonly pathOf: {
    readonly shipment: (id: string) => string;
    readonly case: (id: string) => string | null;
    /** By the public id. */
    readonly courier: (id: string) => string | null;
    /** A photo, signature or document of this shipment. */
    readonly proof: (fileId: string) => string;
    /** Its proof of delivery as a PDF. */
    readonly proofDocument: string;
  };
}
