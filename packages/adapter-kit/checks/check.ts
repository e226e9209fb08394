import type { CarrierAdapter, CodeMatch, ParseOutcome, Payload } from 'waybill/adapter';
import type { CheckId } from 'waybill/adapter/kit';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { Fixture } from './reading/fixtures.ts';

/** One rule, which is checked in the same way for every carrier's folder. */
export interface ConformanceCheck {
  /** The id by which levels, exemptions and scorecards name the check; it never changes. */
  readonly id: CheckId;
  /** The rule as a statement about the carrier. */
  readonly title: string;
  /** Why the check cannot be run; null when it can. The test runner must report it. */
  readonly skip: string | null;
  /** How to fix a failure: one sentence that names the file to change. */
  readonly fix: string;
  /** Returns everything that is wrong; empty when nothing is. */
  problems(): readonly string[] | Promise<readonly string[]>;
}

/** Reads codes by the mapping. Passed in, because adapters cannot import normalization. */
export type MappingReader = (codes: CodeMatch) => {
  readonly known: boolean;
  readonly status: string;
};

/** How many documented codes the mapping covers, counted by a caller that has both. */
export interface CodeCoverage {
  readonly codes: number;
  readonly mapped: number;
  readonly reviewed: number;
  readonly unmapped: readonly { readonly kind: string; readonly code: string }[];
  /** Reasons in the mapping for which the hub has no text. */
  readonly unknownReasons?: readonly string[];
  readonly denied?: readonly { readonly code: string; readonly description: string }[];
  /** Who reviewed how many codes, and on which day. */
  readonly reviews?: readonly CodeReviews[];
  readonly reviewFaults?: readonly string[];
  /** How many of the mapped codes have no rule, because no source says what they mean. */
  readonly unknown?: number;
  /** How many codes are in two sources or more. */
  readonly confirmed?: number;
  /** The rows of sources.csv. */
  readonly sources?: readonly CodeSource[];
  readonly sourceFaults?: readonly string[];
}

export interface CodeSource {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly url: string;
  readonly commit: string;
  readonly readOn: string;
  readonly codes: number;
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
  /** Whether the folder must have the carrier's name; false for packages, whose names are free. */
  readonly namedByFolder: boolean;
  readonly reader: MappingReader | null;
  readonly coverage: CodeCoverage | null;
  /** The carrier's sandbox, which is served on loopback; null: there is none, or it cannot be. */
  readonly sandbox: SandboxCarrier | null;
  /** The sandbox where it cannot be served: it only answers requests for tokens. */
  readonly grants?: SandboxCarrier | null;
  /** Parses in a process with another time zone; null: not available. */
  readonly elsewhere:
    | ((zone: string, payloads: readonly Payload[]) => Promise<readonly ParseOutcome[]>)
    | null;
  /** How many forged signatures to try. */
  readonly forgeries: number;
}

/** The subject, with its fixtures read. */
export interface ReadSubject extends ConformanceSubject {
  readonly fixtures: readonly Fixture[];
}
