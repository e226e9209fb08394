import type { AdapterManifest, CodeMatch } from '../adapters/contract/contract.ts';
import type { DocumentedCode } from './codes-csv.ts';
import { identityOf } from './mapping/identity.ts';
import type { Messages } from './texts.ts';

/**
 * What is known of a carrier beside its mapping: the codes that its documents list, and the words
 * there are for customers. With them a check tells what no compiler sees; reading needs none.
 */
export interface CarrierDocumentation {
  /** For each match key with a list: its codes, each with what has to stand beside it. */
  readonly listed: ReadonlyMap<string, ReadonlyMap<string, readonly CodeMatch[]>>;
  /** For each match key: its codes by their small letters, for one that is spelled otherwise. */
  readonly spelled: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Identities of the matches that are one documented code each. */
  readonly alone: ReadonlySet<string>;
  /** Null: nothing is said of words. */
  readonly words: Pick<Messages, 'reasons' | 'reasons_by_status' | 'milestones' | 'texts'> | null;
}

type Declared = Pick<AdapterManifest, 'codeKinds' | 'corrections' | 'returnCancelled'>;

/** The papers of a carrier, from the rows of its `codes.csv` and a file of messages. */
export function documentationOf(
  { codeKinds = {}, corrections, returnCancelled }: Declared,
  documented: readonly DocumentedCode[],
  words: CarrierDocumentation['words'],
): CarrierDocumentation {
  const listed = new Map<string, Map<string, CodeMatch[]>>();
  const alone = new Set<string>();
  const list = (key: string, code: string, beside: CodeMatch): void => {
    const codes = listed.get(key) ?? new Map<string, CodeMatch[]>();
    codes.set(code, [...(codes.get(code) ?? []), beside]);
    listed.set(key, codes);
  };
  for (const { kind, code } of documented) {
    for (const { key, with: beside = {} } of codeKinds[kind] ?? []) {
      list(key, code, beside);
      alone.add(identityOf({ [key]: code, ...beside }));
      for (const [other, value] of Object.entries(beside)) {
        if (!listed.get(other)?.has(value)) list(other, value, {});
      }
    }
  }
  // What the adapter itself steers by is met, whether or not it stands in a list.
  for (const match of [...corrections, ...returnCancelled]) {
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
