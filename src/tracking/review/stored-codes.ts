import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { type Vocabulary, vocabularyOf } from '../../intake/index.ts';
import {
  type Coverage,
  type DocumentedCode,
  type Mapping,
  readFact,
  storedCoverage,
} from '../../normalization/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { LEXICON } from './lexicon.ts';
import { countStoredCodes, type StoredCodes } from './stored-codes.sql.ts';

/** How much of the received data the active mapping covers. */
export interface StoredCoverage extends Coverage {
  /** The facts that were examined, and those of them whose codes are mapped. */
  readonly facts: number;
  readonly facts_mapped: number;
  /** `facts_mapped / facts`; null without facts. */
  readonly facts_share: number | null;
  /** Whether only a random sample of the facts was examined, because there are many. */
  readonly sampled: boolean;
}

/** Received codes by carrier, each combination with its count. */
type StoredByCarrier = ReadonlyMap<string, readonly StoredCodes[]>;

/**
 * Returns the codes of stored facts, by carrier; `sampled` if only a part of the facts was counted.
 */
export async function storedCodes(
  db: Queryable,
): Promise<{ byCarrier: StoredByCarrier; sampled: boolean }> {
  const { rows, sampled } = await countStoredCodes(db);
  const byCarrier = new Map<string, StoredCodes[]>();
  for (const row of rows) {
    const known = byCarrier.get(row.carrier);
    if (known === undefined) byCarrier.set(row.carrier, [row]);
    else known.push(row);
  }
  return { byCarrier, sampled };
}

/**
 * Returns how much of the received codes, weighted by how often they occurred, a mapping covers.
 */
export function coverageOfStored(
  mapping: Mapping,
  observed: readonly { readonly codes: CodeMatch; readonly count: number }[],
  sampled: boolean,
): StoredCoverage {
  const facts = observed.reduce((sum, { count }) => sum + count, 0);
  const mapped = observed
    .filter(({ codes }) => {
      const { known, unheard } = readFact(mapping, { codes, logical: false });
      return known && unheard === undefined;
    })
    .reduce((sum, { count }) => sum + count, 0);
  return {
    ...storedCoverage(
      mapping,
      observed.map(({ codes }) => codes),
    ),
    facts,
    facts_mapped: mapped,
    facts_share: facts === 0 ? null : mapped / facts,
    sampled,
  };
}

/**
 * Returns the words of carriers that may be shown: those of their own documentation and of the
 * lexicon. A name that equals such a word is shown; any other is masked.
 */
export function vocabularyOfCarriers(documented: Iterable<DocumentedCode>): Vocabulary {
  const texts: string[] = LEXICON.flatMap(({ phrases }) => Object.values(phrases).flat());
  for (const { description } of documented) texts.push(description);
  return vocabularyOf(texts);
}
