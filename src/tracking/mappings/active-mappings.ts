import type {
  CarrierDocumentation,
  CompileOutcome,
  Mapping,
  MappingProblem,
} from '../../normalization/index.ts';

/**
 * What codes mean, for all processes alike. Layers, each winning over the one before where codes
 * are equal: the shipped file, the file of `WAYBILL_MAPPINGS_OVERLAY`, the deployment's overlay in
 * the database, the merchant's overlay there. The first three make one version a carrier, which is
 * active by one row that is switched by compare-and-set; every process follows that row.
 */
export interface ActiveMappings {
  /**
   * The table that reads a carrier's facts, for a merchant with its overlay; from memory. Null
   * while there never was a valid one.
   */
  current(carrier: string, merchantId?: string | null): Mapping | null;
  /** `base` (a `current` one) with the merchant's rules laid over it; `base` itself without any. */
  forMerchant(base: Mapping, merchantId: string): Mapping;
  /** The row as this process follows it. */
  active(carrier: string): ActiveMapping | null;
  /** Why what is in the files or overlays is not active as it stands there; for `/readyz`. */
  problems(): readonly MappingProblem[];
  /**
   * Activates a stored version, whatever files and overlay say; a full hash or a prefix. One
   * with a merchant's rules in it is `unknown_version`: they are nobody else's.
   */
  activate(carrier: string, version: string, how: ActivateHow): Promise<ActivateOutcome>;
  /** Activates the files of this process again, with the deployment's overlay. */
  activateFiles(carrier: string, how: ActivateHow): Promise<ActivateOutcome>;
  /** Activates the previously active version. */
  rollback(carrier: string, how: ActivateHow): Promise<ActivateOutcome>;
  /**
   * Replaces an overlay (merchantId null: the deployment's); a blank text takes it away. One that
   * does not compile, or whose tests fail over what is active, changes nothing.
   */
  putOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    how: OverlayHow,
  ): Promise<OverlayOutcome>;
  /**
   * What `putOverlay` would say, changing nothing; with `papers` also what does not fit to what the
   * carrier documents. Storing asks for none: a code that was really met need not stand in a list.
   */
  checkOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    documentation?: CarrierDocumentation,
  ): Promise<readonly MappingProblem[]>;
  overlay(carrier: string, merchantId: string | null): Promise<StoredOverlay | null>;
  /**
   * What `activateFiles` would activate: the files of this process with the deployment's
   * overlay, kept as a version so that jobs know it. Null without files.
   */
  ofFiles(carrier: string): Promise<CompileOutcome | null>;
  /** Newest first, without those that have a merchant's rules in them. */
  versions(carrier: string, limit: number, after?: string): Promise<readonly StoredVersion[]>;
  /** A version by its hash or an unambiguous beginning of at least six digits. */
  load(carrier: string, version: string): Promise<Mapping | null>;
  /** Keeps a mapping as a version, so that jobs and `load` know it; it is not activated. */
  store(mapping: Mapping, origin: VersionOrigin): Promise<void>;
  /** Looks at the database and at what the files say now; resolves when it follows. */
  refresh(): Promise<void>;
  /** Called after what `current` gives for a carrier has changed. Returns how to stop. */
  onChange(listener: (carrier: string) => void): () => void;
  /** Stops following; resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface ActiveMapping {
  readonly carrier: string;
  readonly version: string;
  readonly generation: number;
  /** The files' part of it. */
  readonly filesVersion: string;
  /** Which text of the deployment's overlay is part of it; 0: none. */
  readonly overlayGeneration: number;
  readonly previousVersion: string | null;
  readonly activatedAtMs: number;
  readonly activatedBy: string;
  readonly why: string;
  /** Somebody chose the version; what files or overlay say may differ until they change. */
  readonly rolledBack: boolean;
}

export interface ActivateHow {
  /** Refused (`conflict`) unless this is the active generation; none: whatever is. */
  readonly expectedGeneration?: number;
  /** Who: an API key's id, `cli`, `files`. */
  readonly by: string;
  readonly why: string;
}

export type ActivateOutcome =
  | { readonly outcome: 'activated'; readonly active: ActiveMapping }
  | { readonly outcome: 'conflict'; readonly active: ActiveMapping | null }
  | { readonly outcome: 'unknown_version' }
  /** A rollback of the first version that was ever active. */
  | { readonly outcome: 'none_before' }
  /** The deployment's overlay cannot be laid over these files. */
  | { readonly outcome: 'invalid'; readonly problems: readonly MappingProblem[] };

export interface OverlayHow extends Pick<ActivateHow, 'by' | 'why'> {
  /** Refused (`conflict`) unless the overlay is of this generation; 0: unless there is none. */
  readonly expectedGeneration?: number;
  /** Stores the deployment's overlay also where that puts another version in place of a chosen one. */
  readonly endRollback?: boolean;
}

/** What somebody activated, and when. */
export type ChosenVersion = Pick<
  ActiveMapping,
  'version' | 'activatedAtMs' | 'activatedBy' | 'why'
>;

export type OverlayOutcome =
  | {
      readonly outcome: 'stored';
      /** Of the overlay from now on. */
      readonly generation: number;
      /** What reads from now on: the deployment's version, or the merchant's. */
      readonly version: string;
      readonly warnings: readonly MappingProblem[];
    }
  | { readonly outcome: 'conflict'; readonly generation: number }
  /**
   * Somebody chose a version that is without the deployment's overlay as it stands; storing another
   * text would activate again what was rolled back.
   */
  | { readonly outcome: 'rolled_back'; readonly active: ChosenVersion }
  | { readonly outcome: 'invalid'; readonly problems: readonly MappingProblem[] };

export interface StoredOverlay {
  readonly text: string;
  readonly generation: number;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

/** What a version was made of when it was first stored. `other`: for a comparison, by hand. */
export type VersionOrigin = 'files' | 'overlay' | 'merchant' | 'other';

export interface StoredVersion {
  readonly version: string;
  readonly rules: number;
  readonly origin: VersionOrigin;
  readonly baseVersion: string | null;
  readonly storedAtMs: number;
  /** When it was last activated, and by whom; null: never. */
  readonly activatedAtMs: number | null;
  readonly activatedBy: string | null;
}
