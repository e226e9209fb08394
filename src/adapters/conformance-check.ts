import type { Fixture } from './conformance-fixtures.ts';
import type { CarrierAdapter, CodeMatch } from './contract.ts';

/** What every carrier's folder must keep to, run alike on all of them. */
export interface ConformanceCheck {
  /** A sentence about the carrier. */
  readonly title: string;
  /** Why it cannot be run; null when it can. Whoever runs the suite must say so aloud. */
  readonly skip: string | null;
  /** Everything that is wrong, none when nothing is. */
  problems(): readonly string[] | Promise<readonly string[]>;
}

/** Does the mapping know these codes? Given from outside: adapters cannot import normalization. */
export type MappingReader = (codes: CodeMatch) => { readonly known: boolean };

export interface ConformanceSubject {
  readonly adapter: CarrierAdapter;
  /** The carrier's folder, with `fixtures/` in it. */
  readonly folder: string;
  readonly reader: MappingReader | null;
  /** How many forged signatures to try. */
  readonly forgeries: number;
}

/** The same with its fixtures read. */
export interface ReadSubject extends ConformanceSubject {
  readonly fixtures: readonly Fixture[];
}
