import { Gauge, type Registry } from 'prom-client';
import type {
  CarrierDocumentation,
  CompileOutcome,
  Mapping,
  MappingProblem,
} from '../../normalization/index.ts';

/**
 * What the carriers' codes mean, the same for all processes. There are four layers; for equal codes
 * each takes precedence over the one before: the shipped file, the file of
 * `WAYBILL_MAPPINGS_OVERLAY`, the hub's overlay in the database, the merchant's overlay there. The
 * first three form one version per carrier. One row, switched by compare-and-set, says which
 * version is active; every process follows that row.
 */
export interface ActiveMappings {
  /**
   * Returns the mapping that reads a carrier's facts, for a merchant including its overlay. Null as
   * long as there has never been a valid one.
   */
  current(carrier: string, merchantId?: string | null): Mapping | null;
  /**
   * Returns `base` (a result of `current`) with the merchant's rules applied; `base` itself without
   * any.
   */
  forMerchant(base: Mapping, merchantId: string): Mapping;
  /** Returns the active version as this process last read it. */
  active(carrier: string): ActiveMapping | null;
  /** Returns why the current files or overlays are not active; for `/readyz`. */
  problems(): readonly MappingProblem[];
  /**
   * Activates a stored version, whatever files and overlay contain. `version` is a full hash or a
   * prefix. A version with a merchant's rules is `unknown_version`, because they belong to that
   * merchant only.
   */
  activate(carrier: string, version: string, how: ActivateHow): Promise<ActivateOutcome>;
  /** Activates the files of this process again, with the hub's overlay. */
  activateFiles(carrier: string, how: ActivateHow): Promise<ActivateOutcome>;
  /** Activates the previously active version. */
  rollback(carrier: string, how: ActivateHow): Promise<ActivateOutcome>;
  /**
   * Replaces an overlay (merchantId null: the hub's); a blank text removes it. One that does not
   * compile, or whose tests fail on the active version, changes nothing.
   */
  putOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    how: OverlayHow,
  ): Promise<OverlayOutcome>;
  /**
   * Returns the problems that `putOverlay` would report, without any change; with `documentation`
   * also differences from it. Storing does not require documentation: a code seen in practice need
   * not be in any list.
   */
  checkOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    documentation?: CarrierDocumentation,
  ): Promise<readonly MappingProblem[]>;
  overlay(carrier: string, merchantId: string | null): Promise<StoredOverlay | null>;
  /**
   * Returns the version that `activateFiles` would activate: this process's files with the hub's
   * overlay, stored as a version so that jobs can use it. Null without files.
   */
  ofFiles(carrier: string): Promise<CompileOutcome | null>;
  /** Lists stored versions, newest first, without those that contain a merchant's rules. */
  versions(carrier: string, limit: number, after?: string): Promise<readonly StoredVersion[]>;
  /** Returns a version by its hash or an unambiguous beginning of at least six digits. */
  load(carrier: string, version: string): Promise<Mapping | null>;
  /** Stores a mapping as a version for jobs and `load`; it is not activated. */
  store(mapping: Mapping, origin: VersionOrigin): Promise<void>;
  /** Reads the database and the files now; resolves when this process is up to date. */
  refresh(): Promise<void>;
  /**
   * Called after the result of `current` for a carrier has changed. Returns a function to
   * unsubscribe.
   */
  onChange(listener: (carrier: string) => void): () => void;
  /** Stops following changes; resolves when no work is in progress. */
  close(): Promise<void>;
}

export interface ActiveMapping {
  readonly carrier: string;
  readonly version: string;
  readonly generation: number;
  /** The version of its files alone, without the overlay. */
  readonly filesVersion: string;
  /** The generation of the hub's overlay in it; 0 if it has none. */
  readonly overlayGeneration: number;
  readonly previousVersion: string | null;
  readonly activatedAtMs: number;
  readonly activatedBy: string;
  readonly why: string;
  /** Whether somebody chose the version and the current files or overlay differ from it. */
  readonly rolledBack: boolean;
}

export interface ActivateHow {
  /** If given, the change is refused (`conflict`) unless this generation is active. */
  readonly expectedGeneration?: number;
  /** Who activates it: an API key's id, `cli` or `files`. */
  readonly by: string;
  readonly why: string;
}

export type ActivateOutcome =
  | { readonly outcome: 'activated'; readonly active: ActiveMapping }
  | { readonly outcome: 'conflict'; readonly active: ActiveMapping | null }
  | { readonly outcome: 'unknown_version' }
  /** A rollback is impossible, because no version was active before. */
  | { readonly outcome: 'none_before' }
  /** The hub's overlay cannot be applied to these files. */
  | { readonly outcome: 'invalid'; readonly problems: readonly MappingProblem[] };

export interface OverlayHow extends Pick<ActivateHow, 'by' | 'why'> {
  /**
   * If given, the change is refused (`conflict`) unless the overlay has this generation; 0 means
   * that there is none.
   */
  readonly expectedGeneration?: number;
  /** Whether to store the hub's overlay even if that replaces a version that somebody chose. */
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
      /** The overlay's new generation. */
      readonly generation: number;
      /** The version that is used from now on: the hub's, or the merchant's. */
      readonly version: string;
      readonly warnings: readonly MappingProblem[];
    }
  | { readonly outcome: 'conflict'; readonly generation: number }
  /**
   * Somebody chose a version without the hub's current overlay; storing another text would
   * reactivate what was rolled back.
   */
  | { readonly outcome: 'rolled_back'; readonly active: ChosenVersion }
  | { readonly outcome: 'invalid'; readonly problems: readonly MappingProblem[] };

export interface StoredOverlay {
  readonly text: string;
  readonly generation: number;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

/** Where a version came from when it was first stored. `other`: by hand, for a comparison. */
export type VersionOrigin = 'files' | 'overlay' | 'merchant' | 'other';

export interface StoredVersion {
  readonly version: string;
  readonly rules: number;
  readonly origin: VersionOrigin;
  readonly baseVersion: string | null;
  readonly storedAtMs: number;
  /** When it was last activated, and by whom; null if it never was. */
  readonly activatedAtMs: number | null;
  readonly activatedBy: string | null;
}

/**
 * Exports the generation of each carrier's mapping that this process uses; all processes should
 * agree.
 */
export function registerMappingGauge(
  registry: Registry,
  mappings: Pick<ActiveMappings, 'active'>,
  carriers: readonly string[],
): void {
  new Gauge({
    name: 'waybill_mapping_generation',
    help: 'Generation of the mapping that this process uses, by carrier.',
    labelNames: ['carrier'],
    registers: [registry],
    collect() {
      for (const carrier of carriers) {
        this.set({ carrier }, mappings.active(carrier)?.generation ?? 0);
      }
    },
  });
}
