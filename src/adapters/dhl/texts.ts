import { readShippedYaml, z } from '../sdk.ts';

const byText = z.record(z.string(), z.string());

/** Wordings that stand in for codes, by lower-case text; order counts where beginnings are matched. */
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

/** The event id behind a text, in any case and spacing; null when no id is documented for it. */
export function ecommerceIdOf(text: string | null): string | null {
  // The list itself writes some of its dashes long ("delivered to pick-up location – customer notified").
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ').replace(/[–—]/g, '-') ?? '';
  return Object.hasOwn(IDS_BY_TEXT, folded) ? (IDS_BY_TEXT[folded]?.[0] ?? null) : null;
}

/** The id for `id` and all those with its text, so that both services name an event alike. */
export function canonicalEcommerceId(id: string): string {
  return FIRST_ID.get(id) ?? id;
}

const STANDARD_EVENTS = Object.entries(TEXTS.parcel_de_events);

const PARCEL_DE_WORDS = Object.entries(TEXTS.parcel_de_words);

/** The standard event that `text` begins with; null when none does, or when it is a return. */
export function standardEventOf(text: string | null): string | null {
  if (parcelDeWordsOf(text) !== null) return null;
  const folded = fold(text);
  // The place comes between the two: "liegt in der Filiale … zur Abholung bereit". *
  if (folded.startsWith('die sendung liegt ') && folded.includes('zur abholung')) return 'LA';
  return startingWith(STANDARD_EVENTS, text) ?? (isLoaded(folded) ? 'PO' : null);
}

/** "Die Sendung wurde im Zustellfahrzeug einsortiert", in any wording; not what was unloaded. */
function isLoaded(folded: string): boolean {
  const onIt =
    /^die sendung (?:wurde|ist) (?:in das|ins|in ein|im|auf das) zustellfahrzeug (\p{L}+)/u;
  return ['geladen', 'verladen', 'eingeladen', 'einsortiert'].includes(
    onIt.exec(folded)?.[1] ?? '',
  );
}

/**
 * A delivery in whole sentences of the XML, which has no coarse code to leave it to. Nothing may
 * follow: who got it might be the sender.
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

/** The known words without a standard event that `text` begins with; null when none do. */
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

/** Openings that apply whatever reason follows. */
const ATTEMPT =
  /^(?:delivery attempt unsuccessful|unsuccessful delivery attempt|delivery attempted|delivery attempt failed)(?![\p{L}\d])/u;

/** The subject of the words, which says nothing by itself. */
const SUBJECT =
  /^(?:(?:the|your) )?(?:shipment|parcel|package|item)(?: (?:is|was|has been))?(?: now)? /;

/** Where a recipient collects, behind the words that a parcel is ready there. */
const COUNTER =
  /^(?:available|ready) for (?:pick-?up|collection) (?:at|from|in) (?:(?:an?|the|your) )?(?:dhl )?(?:access point|service ?point|parcel ?shop|pick-?up (?:point|location)|collection point|(?:parcel )?locker|packstation|post office)$/;

/**
 * The value of match key `text`, ignoring case, blanks, a full stop and the subject; null for other
 * words.
 */
export function plainWordsOf(text: string | null): string | null {
  const folded = fold(text).replace(/\.$/, '');
  const said = folded.replace(SUBJECT, '');
  const known = PLAIN_WORDS.get(folded) ?? PLAIN_WORDS.get(said);
  if (known !== undefined) return known;
  if (COUNTER.test(said)) return 'ready_for_collection';
  return ATTEMPT.test(said) ? 'delivery_attempted' : null;
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
