/**
 * Standard events of Parcel DE by the words that stood in for them until April 2024, in German or
 * English as asked for, and still do where a code is missing. The first of a code stand beside it
 * in the sandbox answers of Parcel DE Tracking; lines marked * are wordings that public clients
 * list with their meaning. Only beginnings are matched, because places and names follow.
 * There is none for `ZU`: that a parcel was delivered is left to the coarse code.
 */
const STANDARD_EVENTS: readonly (readonly [prefix: string, code: string])[] = [
  ['the instruction data for this shipment', 'VA'], // *
  ['die auftragsdaten zu dieser sendung', 'VA'],
  ['die sendung wurde elektronisch angekündigt', 'VA'], // *
  ['the shipment has been posted by the sender', 'ES'],
  ['die sendung wurde vom absender in der filiale eingeliefert', 'ES'], // *
  ['die sendung wurde vom absender in die packstation eingeliefert', 'ES'], // *
  ['the shipment has been picked up', 'AE'],
  ['the shipment has been taken from the packstation for onward transportation', 'AA'],
  ['the shipment has been processed in the parcel center of origin', 'AA'],
  ['die sendung wurde im start-paketzentrum bearbeitet', 'AA'],
  ['die auslands-sendung wurde im start-paketzentrum bearbeitet', 'AA'], // *
  ['the shipment has been processed in the destination parcel center', 'EE'],
  ['die sendung wurde im ziel-paketzentrum bearbeitet', 'EE'],
  ['the shipment has been loaded onto the delivery vehicle', 'PO'],
  ['the shipment has been loaded into the delivery vehicle', 'PO'], // *
  ['loaded onto the delivery vehicle', 'PO'], // *
  ['die sendung wurde in das zustellfahrzeug geladen', 'PO'],
  ['die sendung wurde in die packstation eingeliefert', 'ZF'], // *
  ['the shipment is ready for collection', 'LA'], // *
  ['the shipment is ready for pick-up', 'LA'], // *
  ['der empfänger wurde nicht angetroffen', 'ZN'], // *
  ['erfolgloser zustellversuch', 'ZN'], // *
  ['die sendung konnte nicht zugestellt werden', 'ZN'], // *
  ['die sendung konnte heute nicht zugestellt werden', 'ZN'], // *
  ['the shipment could not be delivered', 'ZN'], // *
  ['in zustellung', 'PO'], // *
];

/** A return has no standard event of its own; the value is match key `text`. */
const WORDS: readonly (readonly [prefix: string, slug: string])[] = [
  ['die rücksendung an den absender wurde eingeleitet', 'return_started'], // *
  ['die sendung wird an den absender zurückgesendet', 'return_started'], // *
  ['die sendung wurde nicht abgeholt und wird zurückgesandt', 'return_started'], // *
  ['rücksendung eingeleitet', 'return_started'], // *
  ['the shipment could not be delivered and will be returned to the sender', 'return_started'], // *
  ['the shipment is returning to sender', 'return_started'], // *
  ['aufgrund einer beschädigung', 'damaged'], // *
];

/** The standard event that `text` begins with; null when none does, or when it is a return. */
export function standardEventOf(text: string | null): string | null {
  if (parcelDeWordsOf(text) !== null) return null;
  const folded = fold(text);
  // The place stands between the two: "liegt in der Filiale … zur Abholung bereit". *
  if (folded.startsWith('die sendung liegt ') && folded.includes('zur abholung')) return 'LA';
  return startingWith(STANDARD_EVENTS, text) ?? (isLoaded(folded) ? 'PO' : null);
}

/** "Die Sendung wurde im Zustellfahrzeug einsortiert", in whichever words; not what came off it. */
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
  return startingWith(WORDS, text);
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
