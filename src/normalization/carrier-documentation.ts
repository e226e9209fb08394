import type { AdapterManifest, CodeMatch } from '../adapters/contract/contract.ts';
import type { DocumentedCode } from './codes-csv.ts';
import { identityOf } from './mapping/identity.ts';

/**
 * What is known about a carrier besides its mapping: the codes that its documentation lists, and
 * the texts available for customers. A check uses it to find what no compiler can; reading facts
 * does not need it.
 */
export interface CarrierDocumentation {
  /**
   * For each match key with a list: its codes, each with the combinations of other codes with which
   * it is documented.
   */
  readonly listed: ReadonlyMap<string, ReadonlyMap<string, readonly CodeMatch[]>>;
  /** For each match key: its codes by their lower-case form, to find differently spelled ones. */
  readonly spelled: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The identities of the matches that consist of one documented code each. */
  readonly alone: ReadonlySet<string>;
  /** The texts that exist; null means that texts are not checked. */
  readonly words: Readonly<
    Record<'reasons' | 'milestones' | 'texts', Readonly<Record<string, string>>>
  > | null;
}

type Declared = Pick<AdapterManifest, 'codeKinds' | 'corrections' | 'returnCancelled'>;

/** Builds a carrier's documentation from the rows of its `codes.csv` and a file of messages. */
export function documentationOf(
  { codeKinds = {}, corrections, returnCancelled }: Declared,
  documented: readonly DocumentedCode[],
  words: CarrierDocumentation['words'],
): CarrierDocumentation {
  const listed = new Map<string, Map<string, CodeMatch[]>>();
  const alone = new Set<string>();
  const list = (key: string, code: string, required: CodeMatch): void => {
    const codes = listed.get(key) ?? new Map<string, CodeMatch[]>();
    codes.set(code, [...(codes.get(code) ?? []), required]);
    listed.set(key, codes);
  };
  for (const { kind, code } of documented) {
    for (const { key, with: required = {} } of codeKinds[kind] ?? []) {
      list(key, code, required);
      alone.add(identityOf({ [key]: code, ...required }));
      for (const [other, value] of Object.entries(required)) {
        if (!listed.get(other)?.has(value)) list(other, value, {});
      }
    }
  }
  // Codes that the adapter itself uses count as documented, even if no list has them.
  for (const match of [...corrections.map((each) => each.match), ...returnCancelled]) {
    for (const [key, code] of Object.entries(match)) if (listed.has(key)) list(key, code, {});
  }
  const spelled = new Map(
    [...listed].map(([key, codes]) => [
      key,
      new Map([...codes.keys()].map((code) => [code.toLowerCase(), code])),
    ]),
  );
  return { listed, spelled, alone, words };
}
