import type { CarrierAdapter, CodeMatch, ParseOutcome, Payload } from 'waybill/adapter';
import type { CheckId } from 'waybill/adapter/kit';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { Fixture } from './reading/fixtures.ts';

/** One rule for every carrier's folder, run alike on all of them. */
export interface ConformanceCheck {
  /** Stable: levels, exemptions and scorecards name a check by it. */
  readonly id: CheckId;
  /** A sentence about the carrier. */
  readonly title: string;
  /** Why it cannot be run; null when it can. The test runner must report it. */
  readonly skip: string | null;
  /** What to do when it fails: one sentence, naming the file to change. */
  readonly fix: string;
  /** Everything that is wrong, none when nothing is. */
  problems(): readonly string[] | Promise<readonly string[]>;
}

/** The mapping's reading of codes. Passed in, because adapters cannot import normalization. */
export type MappingReader = (codes: CodeMatch) => {
  readonly known: boolean;
  readonly status: string;
};

/** Documented codes covered by the mapping, counted by a caller that has both. */
export interface CodeCoverage {
  readonly codes: number;
  readonly mapped: number;
  readonly reviewed: number;
  readonly unmapped: readonly { readonly kind: string; readonly code: string }[];
  readonly denied?: readonly { readonly code: string; readonly description: string }[];
  /** Who reviewed how many of the reviewed codes, and on which day. */
  readonly reviews?: readonly CodeReviews[];
  readonly reviewFaults?: readonly string[];
}

export interface CodeReviews {
  readonly by: string;
  readonly on: string;
  readonly codes: number;
}

export interface ConformanceSubject {
  readonly adapter: CarrierAdapter;
  /** The folder of the carrier's documentation: its own folder, or the root of its package. */
  readonly folder: string;
  /** Folder's last part must be the carrier's name; false for packages, whose names are free. */
  readonly namedByFolder: boolean;
  readonly reader: MappingReader | null;
  readonly coverage: CodeCoverage | null;
  readonly sandbox: SandboxCarrier | null;
  /** Parses on a machine in another time zone (another process); null: not available. */
  readonly elsewhere:
    | ((zone: string, payloads: readonly Payload[]) => Promise<readonly ParseOutcome[]>)
    | null;
  /** How many forged signatures to try. */
  readonly forgeries: number;
}

/** The same with its fixtures read. */
export interface ReadSubject extends ConformanceSubject {
  readonly fixtures: readonly Fixture[];
}
