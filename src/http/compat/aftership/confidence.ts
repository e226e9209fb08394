/** What a confidence code depends on. */
interface Estimated {
  readonly source: 'model' | 'carrier' | 'rule' | 'none';
  /** From 0 to 1; null: unknown. */
  readonly confidence: number | null;
  /** Whether the time zone of the destination follows from its address. */
  readonly isPlaceKnown: boolean;
}

/** From here on, a date of the hub's model counts as certain. */
const HIGH = 0.8;
/** From here on, its window does. */
const MEDIUM = 0.5;

/**
 * Returns AfterShip's code for how certain an estimate is (Confidence Codes in its documentation,
 * read 2026-11-27). A date by rule, as a new hub has it, is 30002: not enough data.
 */
export function confidenceCode({ source, confidence, isPlaceKnown }: Estimated): number {
  if (source === 'rule' || source === 'none') return 30_002;
  if (!isPlaceKnown) return 30_004;
  if ((confidence ?? 0) >= HIGH) return 10_001;
  return (confidence ?? 0) >= MEDIUM ? 20_001 : 30_002;
}
