/** A mistake that somebody makes, and what its answer has to say. */
export interface Mistake {
  readonly what: string;
  /** Where it is: the member, the line, the header, the setting. */
  readonly where: RegExp;
  /** How to mend it. */
  readonly mend: RegExp;
}

/** An outcome message, in parts. */
export interface Outcome {
  /** What is wrong, and where. */
  readonly found: readonly string[];
  readonly fixes: readonly string[];
}

/** What the answer to a mistake leaves out; empty: it says all that is needed. Pure. */
export function leftOut({ where, mend }: Mistake, { found, fixes }: Outcome): string[] {
  const all = [...found, ...fixes];
  return [
    ...(found.some((text) => text.trim() === '') || found.length === 0 ? ['what is wrong'] : []),
    ...(found.some((text) => where.test(text)) ? [] : [`where: ${where}`]),
    ...(all.some((text) => mend.test(text)) ? [] : [`how to mend it: ${mend}`]),
    ...(all.some((text) => INSIDES.test(text)) ? ['nothing of our insides'] : []),
  ];
}

/** What only we would understand. */
const INSIDES =
  /\bat (?:async )?\S+ \(|node_modules|\.ts:\d|SQLSTATE|\[object Object\]|\bundefined\b|\bNaN\b/;
