import type { AdapterManifest, CodeMatch, Correction } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { CarrierDocumentation } from '../carrier-documentation.ts';

/** The data on a carrier that normalization needs; an `AdapterManifest` fits as it is. */
export type MappedCarrier = Pick<
  AdapterManifest,
  'name' | 'matchKeys' | 'matchOrder' | 'returnCancelled'
> & {
  /** Without their sources, which no reading needs. */
  readonly corrections: readonly Pick<Correction, 'match'>[];
  /** Used by checks: with it, valid but useless rules are reported, too. */
  readonly documentation?: CarrierDocumentation;
};

export interface MappingRule {
  readonly match: CodeMatch;
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly text: string | null;
  readonly logical: boolean;
  readonly hidden: boolean;
  readonly reviewed: boolean;
  /** The rule's place, for messages. */
  readonly file: string;
  readonly line: number;
}

/** A compiled mapping: every look-up a fact needs is one `Map.get` per match combination. */
export interface Mapping {
  readonly carrier: MappedCarrier;
  /** SHA-256 of the rules' content in hex, independent of comments and order. */
  readonly version: string;
  readonly rules: readonly MappingRule[];
  /** For each combination of `matchOrder`, the rules by their joined values. */
  readonly index: readonly ReadonlyMap<string, MappingRule>[];
  /** For each match key, the values that some rule mentions. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Returns the values of `keys` in `codes` as one look-up key, or null when one is missing. Each
 * value has its length in front, so that no value from a carrier can look like two.
 */
export function lookupKey(keys: readonly string[], codes: CodeMatch): string | null {
  let joined = '';
  for (const key of keys) {
    const value = Object.hasOwn(codes, key) ? codes[key] : undefined;
    if (value === undefined) return null;
    joined += `${value.length}:${value}`;
  }
  return joined;
}

/**
 * Returns the index in `matchOrder` of the combination of keys in `match`; −1 when there is none.
 */
export function combinationOf(
  matchOrder: readonly (readonly string[])[],
  match: CodeMatch,
): number {
  const keys = Object.keys(match);
  return matchOrder.findIndex(
    (combination) =>
      combination.length === keys.length && combination.every((key) => keys.includes(key)),
  );
}

/** Returns codes as written in a mapping file: `{ event: "DE", exception: "03" }`. */
export function showCodes(codes: CodeMatch): string {
  const members = Object.entries(codes).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `{ ${members.join(', ')} }`;
}
