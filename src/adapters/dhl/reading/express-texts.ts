/**
 * Express checkpoints by the words that stood in for them until 2024/25, and still do where a
 * code is missing. Wording and code stand side by side in the MyDHL API 3.1.1 example, lines
 * marked ** in answers of it that public clients keep; lines marked * are general knowledge of DHL
 * Express notices, unverified. Places and names that
 * follow the words are cut off by matching beginnings only.
 */
const CHECKPOINTS: readonly (readonly [prefix: string, code: string])[] = [
  ['shipment picked up', 'PU'],
  ['shipment accepted', 'SA'], // **
  ['processed at', 'PL'],
  ['arrived at dhl sort facility', 'AF'],
  ['arrived at sort facility', 'AF'], // *
  ['shipment has departed from a dhl facility', 'DF'],
  ['departed facility', 'DF'], // *
  ['arrived at dhl delivery facility', 'AR'],
  ['arrived at delivery facility', 'AR'], // *
  ['arrival in delivery facility', 'AR'], // *
  ['shipment is out with courier for delivery', 'WC'],
  ['with delivery courier', 'WC'], // *
  ['with delivering courier', 'WC'], // *
  ['awaiting consignee collection', 'CC'], // *
  ['delivered', 'OK'],
  ['customs clearance status updated', 'RR'],
  ['clearance processing complete', 'CR'],
  ['processed for clearance', 'IC'], // *
  ['shipment is on hold', 'OH'], // **
  ['shipment on hold', 'OH'], // *
  ['delivery attempted but no response at consignee address', 'NH'], // **
  ['delivery attempted; recipient not home', 'NH'], // *
];

/** Words without a checkpoint; the value is match key `text`. */
const WORDS: readonly (readonly [prefix: string, slug: string])[] = [
  ['shipment information received', 'shipment_information_received'], // *
  ['clearance event', 'clearance_event'], // *
];

/** The checkpoint that `text` begins with, in whole words; null when none does. */
export function checkpointOf(text: string | null): string | null {
  return startingWith(CHECKPOINTS, text);
}

/** The known words without a checkpoint that `text` begins with; null when none do. */
export function expressWordsOf(text: string | null): string | null {
  return startingWith(WORDS, text);
}

function startingWith(
  list: readonly (readonly [prefix: string, value: string])[],
  text: string | null,
): string | null {
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ') ?? '';
  const found = list.find(
    ([prefix]) => folded.startsWith(prefix) && !/^[a-z0-9]/.test(folded.slice(prefix.length)),
  );
  return found?.[1] ?? null;
}
