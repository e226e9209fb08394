/** A mistake that people make, and what the answer must contain. */
export interface Mistake {
  readonly what: string;
  /** Its location: the member, line, header or setting. */
  readonly where: RegExp;
  /** How to fix it. */
  readonly mend: RegExp;
}

/** An outcome message, in parts. */
export interface Outcome {
  /** What is wrong, and where. */
  readonly found: readonly string[];
  readonly fixes: readonly string[];
}

/** What the answer to a mistake leaves out; empty: it is complete. Pure. */
export function leftOut({ where, mend }: Mistake, { found, fixes }: Outcome): string[] {
  const all = [...found, ...fixes];
  return [
    ...(found.some((text) => text.trim() === '') || found.length === 0 ? ['what is wrong'] : []),
    ...(found.some((text) => where.test(text)) ? [] : [`where: ${where}`]),
    ...(all.some((text) => mend.test(text)) ? [] : [`how to mend it: ${mend}`]),
    ...(all.some((text) => INSIDES.test(text)) ? ['nothing of our insides'] : []),
  ];
}

/** Internal details. */
const INSIDES =
  /\bat (?:async )?\S+ \(|node_modules|\.ts:\d|SQLSTATE|\[object Object\]|\bundefined\b|\bNaN\b/;
