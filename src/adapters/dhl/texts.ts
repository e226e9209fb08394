import { readShippedYaml, z } from '../sdk.ts';

const byText = z.record(z.string(), z.string());

/**
 * The wordings that replace codes, by lower-case text. The order matters where beginnings are
 * matched.
 */
const TEXTS = readShippedYaml(
  new URL('./texts.yaml', import.meta.url),
  z.strictObject({
    ecommerce: z.record(z.string(), z.array(z.string()).min(1)),
    parcel_de_events: byText,
    parcel_de_words: byText,
    express_checkpoints: byText,
    express_words: byText,
    plain_words: byText,
  }),
);

const { ecommerce: IDS_BY_TEXT } = TEXTS;

const FIRST_ID = new Map(
  Object.values(IDS_BY_TEXT).flatMap((ids) => ids.map((id) => [id, ids[0] ?? id])),
);

/** The event id of a text, in any case and spacing; null when no id is documented for it. */
export function ecommerceIdOf(text: string | null): string | null {
  // The list itself has some long dashes ("delivered to pick-up location – customer notified").
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ').replace(/[–—]/g, '-') ?? '';
  return Object.hasOwn(IDS_BY_TEXT, folded) ? (IDS_BY_TEXT[folded]?.[0] ?? null) : null;
}

/** The first id with the text of `id`, so that both services name an event alike. */
export function canonicalEcommerceId(id: string): string {
  return FIRST_ID.get(id) ?? id;
}

const STANDARD_EVENTS = Object.entries(TEXTS.parcel_de_events);

const PARCEL_DE_WORDS = Object.entries(TEXTS.parcel_de_words);

/**
 * The standard event whose wording `text` begins with; null when there is none, or when it is a
 * return.
 */
export function standardEventOf(text: string | null): string | null {
  if (parcelDeWordsOf(text) !== null) return null;
  const folded = fold(text);
  // The place is between the two: "liegt in der Filiale … zur Abholung bereit".
  if (folded.startsWith('die sendung liegt ') && folded.includes('zur abholung')) return 'LA';
  return startingWith(STANDARD_EVENTS, text) ?? (isLoaded(folded) ? 'PO' : null);
}

/**
 * Whether the text says, in any wording, that the parcel was loaded into the delivery vehicle: "Die
 * Sendung wurde im Zustellfahrzeug einsortiert". Not for what was unloaded.
 */
function isLoaded(folded: string): boolean {
  const onIt =
    /^die sendung (?:wurde|ist) (?:in das|ins|in ein|im|auf das) zustellfahrzeug (\p{L}+)/u;
  return ['geladen', 'verladen', 'eingeladen', 'einsortiert'].includes(
    onIt.exec(folded)?.[1] ?? '',
  );
}

/**
 * Whether a text is one of the XML's sentences about a delivery, for which it has no coarse code.
 * Nothing may follow, because the one who got the parcel might be the sender.
 */
export function isDeliverySentence(text: string | null): boolean {
  return DELIVERED.includes(fold(text).replace(/\.$/, ''));
}

const DELIVERED = [
  'zugestellt',
  'sendung wurde zugestellt',
  'die sendung wurde zugestellt',
  'die sendung wurde erfolgreich zugestellt',
  'the shipment has been delivered',
  'the shipment has been successfully delivered',
];

/**
 * The known words without a standard event that `text` begins with; null when it begins with none.
 */
export function parcelDeWordsOf(text: string | null): string | null {
  return startingWith(PARCEL_DE_WORDS, text);
}

const CHECKPOINTS = Object.entries(TEXTS.express_checkpoints);
const EXPRESS_WORDS = Object.entries(TEXTS.express_words);

/** The Express checkpoint that `text` begins with, in whole words; null when none does. */
export function checkpointOf(text: string | null): string | null {
  return startingWith(CHECKPOINTS, text);
}

/** The known Express words without a checkpoint that `text` begins with; null when none do. */
export function expressWordsOf(text: string | null): string | null {
  return startingWith(EXPRESS_WORDS, text);
}

const PLAIN_WORDS: ReadonlyMap<string, string> = new Map(Object.entries(TEXTS.plain_words));

/** Beginnings that mean a failed attempt, whatever reason follows. */
const ATTEMPT =
  /^(?:delivery attempt unsuccessful|unsuccessful delivery attempt|delivery attempted|delivery attempt failed)(?![\p{L}\d])/u;

/** The subject of a sentence, which says nothing by itself. */
const SUBJECT =
  /^(?:(?:the|your) )?(?:shipment|parcel|package|item)(?: (?:is|was|has been))?(?: now)? /;

/** Places where a recipient collects, after the words that a parcel is ready there. */
const COUNTER =
  /^(?:available|ready) for (?:pick-?up|collection) (?:at|from|in) (?:(?:an?|the|your) )?(?:dhl )?(?:access point|service ?point|parcel ?shop|pick-?up (?:point|location)|collection point|(?:parcel )?locker|packstation|post office)$/;

/**
 * The value of match key `text` for plain words, ignoring case, blanks, a full stop and the
 * subject; null for other words.
 */
export function plainWordsOf(text: string | null): string | null {
  const folded = fold(text).replace(/\.$/, '');
  const withoutSubject = folded.replace(SUBJECT, '');
  const known = PLAIN_WORDS.get(folded) ?? PLAIN_WORDS.get(withoutSubject);
  if (known !== undefined) return known;
  if (COUNTER.test(withoutSubject)) return 'ready_for_collection';
  return ATTEMPT.test(withoutSubject) ? 'delivery_attempted' : null;
}

function startingWith(
  list: readonly (readonly [prefix: string, value: string])[],
  text: string | null,
): string | null {
  const folded = fold(text);
  const found = list.find(
    ([prefix]) => folded.startsWith(prefix) && !/^[\p{L}\d]/u.test(folded.slice(prefix.length)),
  );
  return found?.[1] ?? null;
}

function fold(text: string | null): string {
  return text?.trim().toLowerCase().replace(/\s+/g, ' ') ?? '';
}
