import { type CodeMatch, readShippedYaml, z } from '../sdk.ts';

/**
 * The codes that a description means, for an event or a current status without any. The description
 * must be one of the wordings below, ignoring case, blanks and punctuation. Parts of a wording do
 * not count: "Delivered" is a delivery, "Delivered, to agent" is unknown. Null when there is none.
 * A wording is included only if all codes of `codes.csv` that share it agree on the status.
 * "Delivered to Agent" (143) is omitted: only a code can say who has the parcel then.
 */
export function codesOfWords(description: string | undefined): CodeMatch | null {
  return description === undefined ? null : (CODES_BY_WORDS.get(fold(description)) ?? null);
}

/**
 * Adds the status that the words mean to codes that no list of UPS contains: the type alone says
 * too little then, and type D too much. A code that is listed with its type is matched before the
 * status, so it takes precedence over the words. Words never make a delivery, and with type I they
 * can only mean status 021.
 */
export function refinedByWords(
  codes: CodeMatch | null,
  description: string | undefined,
): CodeMatch | null {
  const { type, code = '', status3 } = codes ?? {};
  if (codes === null || type === undefined) return codes;
  if (status3 !== undefined && !UNLISTED.test(status3)) return codes;
  if (type === 'I' && SCANS.some(([listed]) => listed === code)) return codes;
  const said = description === undefined ? undefined : statusOfWords(fold(description));
  const isOfType =
    said !== undefined &&
    (type === 'I' ? said === '021' : ['X', 'D'].includes(type) && SETBACKS.has(said));
  return isOfType ? { ...codes, status3: said } : codes;
}

/** Matches status codes of three digits that the appendix skips, or has not reached. */
const UNLISTED = /^(?:00[12489]|015|031|15[0-2]|1[7-9]\d|[2-9]\d\d)$/;

/**
 * Status codes that mean a setback: waiting for the recipient, attempted, refused, undeliverable,
 * sent back.
 */
const SETBACKS: ReadonlySet<string> = new Set(
  '017 022 023 024 034 035 036 040 060 061 062 064 066 067 069 144 161'.split(' '),
);

/**
 * Matches a failed attempt that is followed by its reason. An attempt that is only announced does
 * not count.
 */
const ATTEMPT =
  /^(?:(?:first|second|third|final) )?delivery attempt(?:ed)?(?! (?:will|is|to|scheduled|requested|planned)(?: |$))(?: |$)/;

function statusOfWords(folded: string): string | undefined {
  const known = CODES_BY_WORDS.get(folded)?.['status3'];
  return known ?? (ATTEMPT.test(folded) ? '060' : undefined);
}

/** The wordings that replace codes. */
const TEXTS = readShippedYaml(
  new URL('./texts.yaml', import.meta.url),
  z.strictObject({
    statuses: z.record(z.string(), z.string()),
    scans: z.record(z.string(), z.string()),
    shown: z.record(z.string(), z.record(z.string(), z.string())),
  }),
);

export const STATUSES = Object.entries(TEXTS.statuses);

export const SCANS = Object.entries(TEXTS.scans);

export const SHOWN = Object.entries(TEXTS.shown).map(([words, codes]) => [codes, words] as const);

const CODES_BY_WORDS: ReadonlyMap<string, CodeMatch> = new Map([
  ...STATUSES.map(([status3, words]): [string, CodeMatch] => [fold(words), { status3 }]),
  ...SCANS.map(([code, words]): [string, CodeMatch] => [fold(words), { type: 'I', code }]),
  ...SHOWN.map(([codes, words]): [string, CodeMatch] => [fold(words), codes]),
]);

/**
 * Reduces a text to lower-case letters and digits, with one blank for any characters between them.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
