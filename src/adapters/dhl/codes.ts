import { wordsAsCode } from '../../kernel/words-as-code.ts';
import type { CodeMatch } from '../contract/contract.ts';
import {
  canonicalEcommerceId,
  checkpointOf,
  ecommerceIdOf,
  expressWordsOf,
  parcelDeWordsOf,
  plainWordsOf,
  standardEventOf,
} from './texts.ts';

/**
 * The members of an event that tell its kind: the coarse code, the service's own code or words, and
 * free text.
 */
interface EventCodes {
  readonly statusCode: string | null;
  readonly status: string | null;
  readonly description: string | null;
  /** `ICE/RIC/standard event`; only in the XML of Parcel DE. */
  readonly iceRic?: string | null;
}

export interface ReadCodes {
  readonly codes: CodeMatch;
  /** The code that identifies the event. */
  readonly canonical: string;
  /**
   * For an event without a code of its own: its words, which identify it together with the coarse
   * code; otherwise null.
   */
  readonly words: string | null;
}

/**
 * The coarse codes of Shipment Tracking – Unified. They are sometimes repeated in `status`, if
 * there is nothing finer.
 */
const COARSE = ['pre-transit', 'transit', 'delivered', 'failure', 'unknown'];

/** The value of match key `text` for an event that has only words, none of which are known. */
export const UNRECOGNISED = 'unrecognised_words';

/**
 * Reads the codes of an event, finest first. Match key `status` is the service's own code. If only
 * its words came, it is the code that DHL's list assigns to them, so that a change from words to
 * codes in the middle of a parcel's life makes no second fact. Free text is never a code, because
 * it may contain the name of who signed.
 */
export function readCodes(service: Service, given: EventCodes): ReadCodes {
  const coarse = coarseOf(given.statusCode) ?? coarseOf(given.status);
  const raw = coarseOf(given.status) === null ? given.status : null;
  const fine = fineOf(service, raw, given.description);
  // A code may overrule the coarse one, words may not: if they seem to say delivered ("Delivered to
  // customs"), the coarse code, if any, must say so, too.
  const isDoubtful = fine.isWords && fine.status === 'OK' && ![null, 'delivered'].includes(coarse);
  const { status, text: ownText } = isDoubtful ? { status: null, text: null } : fine;
  const hasRoom = status === null || service.codeIsStage;
  const text = ownText ?? (hasRoom ? plainText(raw, given.description, coarse) : null);
  const codes = {
    service: service.name || null,
    ice_ric: given.iceRic ?? null,
    status,
    text: text ?? (status === null && coarse === null ? UNRECOGNISED : null),
    statusCode: coarse,
  };
  const named = service.name === 'ecommerce' && status ? canonicalEcommerceId(status) : status;
  const own = (service.codeIsStage ? text : null) ?? named ?? text;
  return {
    codes: Object.fromEntries(
      Object.entries(codes).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    ),
    canonical: own ?? coarse ?? UNRECOGNISED,
    // A parcel is delivered once, in whatever words; every other coarse code covers many scans.
    words:
      own === null && coarse !== 'delivered'
        ? (wordsAsCode(raw) ?? wordsAsCode(given.description))
        : null,
  };
}

/**
 * The plain words of an event. Of an event with the coarse code of a delivery, only words about a
 * return to the sender count, because DHL calls that delivered, too.
 */
function plainText(raw: string | null, description: string | null, coarse: string | null) {
  const plain = plainWordsOf(raw) ?? plainWordsOf(description);
  return coarse === 'delivered' && plain !== 'returned_to_sender' ? null : plain;
}

/** Returns the coarse code, written in any case; null for anything else. */
export function coarseOf(text: string | null): string | null {
  const folded = text?.toLowerCase() ?? '';
  return COARSE.includes(folded) ? folded : null;
}

interface FineCode {
  readonly status: string | null;
  readonly text: string | null;
  /** Whether it is an Express checkpoint that was recognised by words only. */
  readonly isWords?: boolean;
}

/** Returns the service's own code of an event, or known words in its place; both may be null. */
function fineOf(service: Service, raw: string | null, description: string | null): FineCode {
  if (service.name === 'express') return expressFine(raw, description);
  if (service.name === 'ecommerce') {
    const id = raw !== null && /^\d{1,6}$/.test(raw) ? raw : null;
    const behind = ecommerceIdOf(raw) ?? ecommerceIdOf(raw === null ? description : null);
    return { status: id ?? behind ?? constantOf(raw?.replace(/ /g, '_') ?? null), text: null };
  }
  const status = constantOf(raw);
  if (service.name === 'parcel-de' && status === null) return parcelDeFine(raw, description);
  return { status, text: null };
}

/**
 * Reads the finer code of Express: two letters at an event, 101–104 for the whole shipment,
 * otherwise words.
 */
function expressFine(raw: string | null, description: string | null): FineCode {
  if (raw !== null && /^(?:[A-Za-z]{2}|10[1-4])$/.test(raw)) {
    return { status: raw.toUpperCase(), text: null };
  }
  const status = checkpointOf(raw) ?? checkpointOf(description);
  const text = status === null ? (expressWordsOf(raw) ?? expressWordsOf(description)) : null;
  return { status, text, isWords: true };
}

/**
 * Reads the finer code of Parcel DE, which has words instead: those in the place of the code, or
 * those that are all an event has.
 */
function parcelDeFine(raw: string | null, description: string | null): FineCode {
  const status = standardEventOf(raw) ?? standardEventOf(description);
  const text = status === null ? (parcelDeWordsOf(raw) ?? parcelDeWordsOf(description)) : null;
  return { status, text };
}

/**
 * Returns a code such as `OUT_FOR_DELIVERY`, `ZU`, `44`, `21-0` or `AWI_DP2`; words with blanks are
 * no code.
 */
function constantOf(raw: string | null): string | null {
  return raw !== null && /^[A-Za-z0-9][\w.\-/]{0,79}$/.test(raw) ? raw.toUpperCase() : null;
}

/**
 * One network of DHL. "DHL" is a dozen networks behind one API, and `shipments[].service`
 * determines how to read the rest of the payload: codes and times have a meaning within a service
 * only.
 */
export interface Service {
  /** The value of match key `service`, and a part of every identity. */
  readonly name: string;
  /** The zone of times that come without one; null: the place decides. */
  readonly zone: string | null;
  /** Whether it writes local time with a `Z` at the end. */
  readonly zIsLocal: boolean;
  /** Whether midnight means "on that day". */
  readonly midnightIsDate: boolean;
  /** Whether its codes are stages, not events, so that known words say more. */
  readonly codeIsStage: boolean;
}

const PLAIN = { zone: null, zIsLocal: false, midnightIsDate: false, codeIsStage: false };

/**
 * Sources: support-developer.dhl.com and change notes of Shipment Tracking – Unified, read
 * 2026-11-20. parcel-de: without zone today; an offset was rolled out on 2026-08-20, withdrawn the
 * next day, and is to return. parcel-pl: that its `Z` is local time is unverified. svb: the letters
 * of Deutsche Post; that they use Berlin time is unverified, too. bluedart: PU means booking,
 * registration and return order alike in an answer stored by a public client; unverified.
 */
const SERVICES: Readonly<Record<string, Omit<Service, 'name'>>> = {
  'parcel-de': { ...PLAIN, zone: 'Europe/Berlin' },
  svb: { ...PLAIN, zone: 'Europe/Berlin' },
  'parcel-nl': { ...PLAIN, zone: 'Europe/Amsterdam' },
  'parcel-pl': { ...PLAIN, zone: 'Europe/Warsaw', zIsLocal: true },
  dgf: { ...PLAIN, midnightIsDate: true },
  bluedart: { ...PLAIN, codeIsStage: true },
};

/** Services that use the codes of another one, so that one set of rules serves both. */
const SAME_DIALECT: Readonly<Record<string, string>> = {
  'post-de': 'svb',
  'ecommerce-apac': 'ecommerce',
};

/**
 * Returns the service that a report names, in any case; for an unknown or absent one, a service
 * without special rules.
 */
export function serviceOf(name: string | null): Service {
  const given = name?.toLowerCase() ?? '';
  const dialect = Object.hasOwn(SAME_DIALECT, given) ? (SAME_DIALECT[given] ?? given) : given;
  const habits = Object.hasOwn(SERVICES, dialect) ? SERVICES[dialect] : undefined;
  return { name: dialect, ...(habits ?? PLAIN) };
}
