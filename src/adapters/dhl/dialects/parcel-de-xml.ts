import { countryOfName } from '../../../kernel/places/country-names.ts';
import type { XmlElement } from '../../../kernel/wire/xml.ts';
import { EMPTY_SNAPSHOT, type NumberMiss, type ReportedPlace } from '../../contract/contract.ts';
import { readCodes, serviceOf } from '../codes.ts';
import { EVENTS_MAX, factsOf, type ReadEvent, readTime } from '../facts.ts';
import { normalize } from '../numbers.ts';
import { isDeliverySentence, parcelDeWordsOf, standardEventOf } from '../texts.ts';
import {
  aliasesOf,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
  unusable,
} from './read-shipment.ts';

const PARCEL_DE = serviceOf('parcel-de');

interface XmlAnswer {
  readonly shipments: readonly ReadShipment[];
  /** Why the whole query failed; null: it did not. */
  readonly failure: Omit<NumberMiss, 'trackingNumber'> | null;
}

/** The names of lists without their hyphens: older answers write `pieceshipmentlist`. */
const LISTS = ['pieceshipmentlist', 'piecestatuspubliclist'];
const PIECES = ['pieceshipment', 'piecestatuspublic'];
const EVENTS = ['pieceevent'];

/**
 * Reads the answer of Parcel DE Tracking to `d-get-piece-detail` or `get-status-for-public-user`: a
 * list with a result code, which contains pieces, which contain events. Some answers wrap the list
 * in an element without a name. Null when it is another answer, such as a signature. Names and
 * streets of persons are next to the events and not read.
 */
export function readParcelDeXml(
  elements: readonly DataAttributes[],
  requested: string | undefined,
): XmlAnswer | null {
  const [root, second] = elements;
  const list = root?.get('name') === undefined ? second : root;
  if (!isNamed(list, LISTS)) return null;
  const failure = failureOf(list?.get('code') ?? '0');
  if (failure !== null) return { shipments: [], failure };
  const pieces: { attributes: DataAttributes; events: DataAttributes[] }[] = [];
  for (const attributes of elements) {
    if (isNamed(attributes, PIECES)) pieces.push({ attributes, events: [] });
    else if (isNamed(attributes, EVENTS)) pieces.at(-1)?.events.push(attributes);
  }
  const only = pieces.length === 1 ? requested : undefined;
  return { shipments: pieces.map((piece) => readPiece(piece, only)), failure: null };
}

function isNamed(element: DataAttributes | undefined, names: readonly string[]): boolean {
  return names.includes(element?.get('name')?.replaceAll('-', '') ?? '');
}

/**
 * The meaning of a result code, by the sandbox answers of Parcel DE Tracking
 * (`dhl_parcel_de_query_code`); null: success.
 */
function failureOf(code: string): Omit<NumberMiss, 'trackingNumber'> | null {
  if (code === '0' || code === '') return null;
  if (['100', '200', '57'].includes(code)) {
    return { outcome: 'not_found', reason: `no data found (${code})` };
  }
  if (['5', '6', '62', '64'].includes(code)) {
    return { outcome: 'auth_error', reason: `login or permission refused (${code})` };
  }
  return { outcome: 'error', reason: `the query failed (${code})` };
}

function readPiece(
  piece: {
    readonly attributes: DataAttributes;
    readonly events: readonly DataAttributes[];
  },
  requested: string | undefined,
): ReadShipment {
  const of = (name: string) => piece.attributes.get(name)?.trim() || null;
  const spellings = [of('piece-code'), of('searched-piece-code'), of('piece-identifier')].map(
    (number) => (number === null ? null : normalize(number)),
  );
  const trackingNumber =
    spellings.find((number) => plausibleNumber(number) !== null) ??
    numberIfUnnamed(requested, spellings, piece.events);
  if (trackingNumber === null) return unusable('no piece-code');
  const failure = failureOf(of('error-status') ?? '0');
  if (failure !== null) return { report: null, miss: { trackingNumber, ...failure }, warnings: [] };
  const warnings: string[] = [];
  if (piece.events.length > EVENTS_MAX) warnings.push(`piece-event: cut after ${EVENTS_MAX}`);
  const events = piece.events.slice(0, EVENTS_MAX).flatMap((attributes, i) => {
    const event = readEvent(attributes, 'event-timestamp', 'event-text');
    if (event === null) warnings.push(`piece-event[${i}]: no code`);
    return event === null ? [] : [event];
  });
  const latest = readEvent(
    piece.attributes,
    of('status-timestamp') === null ? 'last-event-timestamp' : 'status-timestamp',
    'status',
  );
  const facts = factsOf(events, [], PARCEL_DE);
  if (piece.events.length === 0 && latest === null) {
    const reason = 'the piece has a number and nothing else yet';
    return { report: null, miss: { trackingNumber, outcome: 'not_yet', reason }, warnings };
  }
  return {
    report: {
      trackingNumber,
      aliases: aliasesOf(trackingNumber, spellings),
      carrierPieceId: null,
      asOf: null,
      fullHistory: facts.length > 0,
      facts,
      snapshot: {
        ...EMPTY_SNAPSHOT,
        returnFlag: flagOf(of('ruecksendung')),
        summary: latest === null ? null : { codes: latest.codes, time: latest.time },
        serviceLevel: of('product-name'),
        weightG: gramsOf(of('shipment-weight')),
        destination: placeOf(null, of('dest-country')),
        origin: placeOf(null, of('origin-country')),
      },
      links: [],
    },
    miss: null,
    warnings,
  };
}

/** Reads an event. ICE, RIC and standard event together are one code of DHL's list of July 2024. */
function readEvent(
  attributes: DataAttributes,
  timeName: string,
  textName: string,
): ReadEvent | null {
  const of = (name: string) => attributes.get(name)?.trim() || null;
  const given = of('standard-event-code');
  const [ice, ric] = [of('ice'), of('ric')];
  const words = of(textName) ?? of('event-status');
  const said = isDocumented(given) ? null : standardOfWords(attributes, words, ice);
  const standard = said ?? given;
  const hasWords = said !== null || (given === null && parcelDeWordsOf(words) !== null);
  if (standard === null && ice === null && !hasWords) return null;
  const place = placeOf(of('event-location'), of('event-country'));
  return {
    ...readCodes(PARCEL_DE, {
      statusCode: null,
      status: standard,
      description: standard === null ? words : null,
      iceRic: iceRicOf(ice, ric, given),
    }),
    time: readTime(isoOf(of(timeName)), PARCEL_DE, place),
    place,
    text: words,
    pieces: [],
  };
}

/** Whether a code is a standard event of Parcel DE; any other value is unknown to us. */
function isDocumented(code: string | null): boolean {
  return code !== null && STANDARD_EVENTS.test(code);
}

const STANDARD_EVENTS = /^(?:VA|ES|AE|AA|NB|EE|PO|LA|ZF|ZN|ZU|BV|ZO|AN|DD|GT)$/i;

/**
 * The standard event that the words of an event mean. Words about a delivery do not apply if the
 * piece says that there was none, or if the event has an ICE, which would say so.
 */
function standardOfWords(
  attributes: DataAttributes,
  words: string | null,
  ice: string | null,
): string | null {
  if (ice !== null) return standardEventOf(words);
  const isDenied = attributes.get('delivery-event-flag') === '0';
  const isReturn = flagOf(attributes.get('ruecksendung')?.trim() ?? null) === true;
  if (isDeliverySentence(words) && !isReturn) return isDenied ? null : 'ZU';
  return standardEventOf(words);
}

/**
 * The combined code of an event; null if it adds nothing to the standard event. A return shows in
 * its ICE alone; any other ICE needs a RIC to add something.
 */
function iceRicOf(ice: string | null, ric: string | null, standard: string | null): string | null {
  if (ice === null || standard === null || (ric === null && ice !== 'RETRN')) return null;
  return `${ice}/${ric ?? ''}/${standard}`;
}

/** Converts `18.03.2016 10:02` to ISO, in Berlin time by policy. ISO input stays unchanged. */
function isoOf(text: string | null): string | null {
  if (/^\d{4}-/.test(text ?? '')) return text;
  const m = /^(\d{2})\.(\d{2})\.(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?$/.exec(text ?? '');
  return m ? `${m[3]}-${m[2]}-${m[1]}${m[4] ? `T${m[4]}` : ''}` : null;
}

function placeOf(city: string | null, country: string | null): ReportedPlace | null {
  if (city === null && country === null) return null;
  const iso = country === null ? null : countryOfName(country);
  return { city, region: null, postalCode: null, country: iso, facility: null };
}

function flagOf(text: string | null): boolean | null {
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : null;
}

/** Converts kilograms with a decimal point to grams; null for 0.0, which means unknown. */
function gramsOf(text: string | null): number | null {
  const grams = Math.round(Number(text ?? Number.NaN) * 1000);
  return Number.isSafeInteger(grams) && grams > 0 ? grams : null;
}

type DataAttributes = ReadonlyMap<string, string>;

/** Maximum of elements; a full answer has 20 pieces with tens of events each. */
const ELEMENTS_MAX = 20_000;

/**
 * Returns the attributes of every element of Parcel DE Tracking's XML, in the order in which the
 * elements open. The XML consists only of nested `<data …>` elements. Null when there is any other
 * element, text, or far more than an answer has.
 */
export function dataElements(root: XmlElement): readonly DataAttributes[] | null {
  const elements: DataAttributes[] = [];
  const isData = ({ name, attributes, text, children }: XmlElement): boolean => {
    if (name !== 'data' || text !== '' || elements.length >= ELEMENTS_MAX) return false;
    elements.push(new Map([...attributes].map(([key, value]) => [key, storable(value)])));
    return children.every(isData);
  };
  return isData(root) ? elements : null;
}

/** Replaces characters that no database stores. */
function storable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}
