/** `24.12.2026`, `2026-12-24`, `12/24/2026`. */
const DATE = /^(?:\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}([./-])\d{1,2}\2\d{1,2})$/;
const MAIL = /[^\s@]@[^\s@]+\.\p{L}/u;
/** With the plus of a country, or a word for it. */
const PHONE = /^(?:\p{L}+[.:]?\s*)?\+\s?\d[\d\s()./-]{5,}$/u;
/** Fewer digits than any carrier's number has, of those with words between blanks. */
const DIGITS_MIN = 5;
/** What people write instead of a number, also with a count or in one word: `PICKUP2`, `pick-up`. */
const INSTEAD = new Set(
  (
    'cancelled canceled collect collected collection delivered delivery dropship handdelivery handed ' +
    'hold instore later localdelivery localpickup manual missing na nil nonumber none notracking null ' +
    'onhold pending pickedup pickup preorder refund refunded returned selfpickup shipped soon store ' +
    'storepickup tba tbc tbd todo unknown untracked waiting warehouse ' +
    'abgeholt abholer abholung ausstehend bote folgt keine lager offen ohne selbstabholer ' +
    'selbstabholung spater storniert unbekannt versendet ' +
    'annule attente aucun enattente inconnu magasin retrait sans surplace ' +
    'cancelado desconocido entregado ninguno pendiente recogida retiro tienda ' +
    'attesa nessuno ritiro sconosciuto afgehaald afhalen geen onbekend ophalen ' +
    'aguardando nenhum pendente retirada brak odbior'
  ).split(' '),
);

/**
 * Whether a text is what people write where a tracking number is missing: words, a placeholder, a
 * mail address, a phone number, a date. A label before a number is for detection to take off. Pure.
 *
 * @example isNote('siehe Mail') // true
 * @example isNote('1Z 999 AA1 01 2345 6784') // false
 */
export function isNote(given: string): boolean {
  const text = given
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const digits = text.match(/\p{Nd}/gu) ?? [];
  if (digits.length === 0 || /^[\s0.,/-]*$/.test(text)) return true;
  if (text.includes('://')) return false;
  if (MAIL.test(text) || PHONE.test(text) || DATE.test(text)) return true;
  return digits.length < DIGITS_MIN && (wordsIn(text) > 0 || isInstead(text));
}

function isInstead(text: string): boolean {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.match(/\p{L}+/gu) ?? [];
  return INSTEAD.has(words.join('')) || words.some((word) => word.length > 2 && INSTEAD.has(word));
}

/**
 * Whether a text in which no number of a carrier was found is a sentence around digits (`picked up
 * on 24 December 2026`), rather than a number in groups.
 */
export function isSentence(text: string): boolean {
  return !text.includes('://') && wordsIn(text) > 1;
}

/** Words that stand alone, of three letters or more; a number in groups has at most two in a row. */
function wordsIn(text: string): number {
  const parts = text.split(/[\s,;:!?()/]+/).filter((part) => part !== '');
  return parts.length < 2 ? 0 : parts.filter((part) => /^\p{L}[\p{L}.'’-]{2,}$/u.test(part)).length;
}
