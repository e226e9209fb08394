import type { CarrierReport, CodeMatch } from '../adapters/contract.ts';
import type { Door, Trust } from '../kernel/trust.ts';
import type { Reading } from '../normalization/index.ts';

/** One report about one number, read, with how we heard it. What the pipeline hands to recording. */
export interface HeardReport {
  readonly receiptId: string;
  readonly door: Door;
  readonly trust: Trust;
  /** It came through an account, whose secret the merchant itself holds. */
  readonly byAccount: boolean;
  readonly receivedAtMs: number;
  readonly report: CarrierReport;
  /** The one word for a fact's codes, for people. */
  readonly codeOf: (codes: CodeMatch) => string;
  /** What the mapping makes of a fact's codes. */
  readonly read: (fact: { codes: CodeMatch; logical: boolean }) => Reading;
}
