import { definedOnly } from '../../../kernel/defined-only.ts';
import { wordsAsCode } from '../../../kernel/words-as-code.ts';
import type { CodeMatch, ReportedFact, ReportedPlace } from '../../contract/contract.ts';
import type { CodeList } from './code-list.ts';
import { timeOf, type WireTime } from './time.ts';
import { codesOfWords, refinedByWords } from './words.ts';

/** Raised when the make-up of an identity changes, so that old and new are never confused. */
const IDENTITY_VERSION = 'ups-1';

/** An event in the words of neither dialect. */
export interface Event {
  readonly codes: CodeMatch;
  readonly wireTime: WireTime;
  readonly place: ReportedPlace | null;
  readonly text: string | undefined;
  readonly logical: boolean;
}

/**
 * UPS gives no event id. Pull and push agree on type, code and local clock to the second (test
 * subscriptions send events one second apart, so a minute would be too coarse). The three-digit
 * code replaces a missing two-letter one, and the words replace both.
 */
export function factOf(event: Event): ReportedFact {
  const time = timeOf(event.wireTime, event.place);
  const { type = '', mail, freight, status3 = '', code = mail ?? freight } = event.codes;
  const byCode = [IDENTITY_VERSION, type, code ?? status3, time.local ?? '', ''];
  // A type alone covers many scans; but a parcel is delivered once, in whatever words.
  const hasCode = (code ?? status3) !== '' || type === 'D';
  const words = hasCode ? null : wordsAsCode(event.text);
  return {
    codes: event.codes,
    ...(words === null
      ? { identity: byCode }
      : { identity: [...byCode, words], namedByWords: true, formerIdentity: byCode }),
    time,
    place: event.place,
    text: event.text ?? null,
    piece: null,
    logical: event.logical,
  };
}

/**
 * Codes under the manifest's keys; null when there is none. The form of a code shows its list:
 * `currentStatus.code` has three digits in live answers and two characters in the description.
 * Three-digit codes are padded, because some senders lose their zeros. Freight has three digits for
 * activities of its own: there `code` is never read as a status code. Lists of codes have no single
 * letter; one without a type is the type, in the wrong member.
 */
export function codesOf(
  type: string | undefined,
  code: string | undefined,
  statusCode: string | undefined,
  list: CodeList = 'parcel',
): CodeMatch | null {
  if (type === undefined) {
    if (isLetter(code)) return codesOf(code, undefined, statusCode, list);
    if (isLetter(statusCode)) return codesOf(statusCode, code, undefined, list);
  }
  const codeIsStatus = code !== undefined && /^\d{3}$/.test(code) && list !== 'freight';
  const given3 = statusCode ?? (codeIsStatus ? code : undefined);
  const status3 = isGainsaid(given3, type, list) ? undefined : given3;
  const code2 = codeIsStatus ? undefined : code?.toUpperCase();
  if (type === undefined && code2 === undefined && status3 === undefined) return null;
  return {
    ...definedOnly({
      type: type?.toUpperCase(),
      status3: status3 === undefined ? undefined : padded(status3),
    }),
    ...(code2 === undefined ? {} : { [keyOf(list, type, code2)]: code2 }),
  };
}

/**
 * A status of delivery with a type of another kind: the two contradict each other, and the type
 * applies. `U` and `NA` say nothing, and mail has its deliveries under other types, too.
 */
function isGainsaid(
  status3: string | undefined,
  type: string | undefined,
  list: CodeList,
): boolean {
  if (status3 === undefined || type === undefined || list !== 'parcel') return false;
  return DELIVERIES.includes(padded(status3)) && !['D', 'U', 'NA'].includes(type.toUpperCase());
}

/** Of the tracking appendix: delivered, and delivered by a post office, to an agent, to a locker. */
const DELIVERIES = ['011', '026', '143', '156'];

/**
 * As `codesOf`; if there is no code of any kind, the description may replace one, and if there is
 * type I alone, the scan. With a code, words count only if no list of UPS has it.
 */
export function codesOrWords(
  type: string | undefined,
  code: string | undefined,
  statusCode: string | undefined,
  description: string | undefined,
  list: CodeList = 'parcel',
): CodeMatch | null {
  // The type once more says no more than the type.
  const isRepeated = list === 'parcel' && code !== undefined && code === type;
  if ((code !== undefined && !isRepeated) || statusCode !== undefined) {
    const given = codesOf(type, code, statusCode, list);
    return list === 'parcel' ? refinedByWords(given, description) : given;
  }
  const said = codesOfWords(description);
  if (type === undefined) return said;
  // "In transit" is all that type I says; the words may know more, in the same sense.
  const isScan = type.toUpperCase() === 'I' && list === 'parcel';
  if (isScan && said?.['status3'] === '021') return { type: 'I', status3: '021' };
  if (isScan && said?.['type'] === 'I') return said;
  const alone = codesOf(type, code, statusCode, list);
  return list === 'parcel' ? refinedByWords(alone, description) : alone;
}

function isLetter(code: string | undefined): boolean {
  return /^[A-Z]$/i.test(code ?? '');
}

/**
 * The match key of a code. Freight's own codes are three digits, or two characters that come with
 * exceptions; two letters with any other type are a scan of the parcel network.
 */
function keyOf(
  list: CodeList,
  type: string | undefined,
  code: string,
): 'code' | 'mail' | 'freight' {
  if (list !== 'freight') return list === 'mail' ? 'mail' : 'code';
  return /^\d{3}$/.test(code) || (type ?? 'X').toUpperCase() === 'X' ? 'freight' : 'code';
}

function padded(status3: string): string {
  return /^\d{1,2}$/.test(status3) ? status3.padStart(3, '0') : status3;
}

export function placeOf(address: {
  readonly city: string | undefined;
  readonly region: string | undefined;
  readonly postalCode: string | undefined;
  readonly country: string | undefined;
  readonly facility: string | undefined;
}): ReportedPlace | null {
  const country = address.country?.toUpperCase() ?? '';
  const place: ReportedPlace = {
    city: address.city ?? null,
    region: address.region ?? null,
    postalCode: address.postalCode ?? null,
    country: /^[A-Z]{2}$/.test(country) ? country : null,
    facility: address.facility ?? null,
  };
  return Object.values(place).some((value) => value !== null) ? place : null;
}
