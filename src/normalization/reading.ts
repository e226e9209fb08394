import type { CodeMatch } from '../adapters/contract/contract.ts';
import type { ReadStatus } from '../kernel/status.ts';

/**
 * A mapping's reading of a fact's codes. Stored with the fact when it is first read; refolding uses
 * the stored one, so a changed mapping alone changes no history.
 */
export interface Reading {
  readonly status: ReadStatus;
  /** `sub_status` on the wire; open set. */
  readonly reason: string | null;
  /** Finer than a status, for texts and rules: `customs_cleared`, `label_created` …; open set. */
  readonly milestone: string | null;
  /** Manifest data, computed or predicted notices, unknown codes: not a scan of the parcel. */
  readonly logical: boolean;
  /** For `none` facts that customers need not see at all. */
  readonly hidden: boolean;
  /** False: no rule matched; read as `in_transit`, logical, and queued for review. */
  readonly known: boolean;
  /** False: the rule was derived automatically from a table and no person has judged it. */
  readonly reviewed: boolean;
  /** The rule that matched, e.g. `{ event: 'DE', exception: '03' }`; null when unknown. */
  readonly rule: CodeMatch | null;
  /** The carrier takes back a delivery with this code (fold rule 4). */
  readonly correction: boolean;
  /** The carrier calls off a return with this code (fold rule 5). */
  readonly returnCancelled: boolean;
  /** Hash of the mapping with the rule. */
  readonly mappingVersion: string;
  /** Key of the rule's own text; absent for nearly all. */
  readonly text?: string;
  /**
   * Keys whose value no rule mentions although a rule matched without them: a coarser code (its
   * type, its rollup) determined the reading, and the code itself belongs in the review queue.
   * Absent when there is none.
   */
  readonly unheard?: readonly string[];
}
