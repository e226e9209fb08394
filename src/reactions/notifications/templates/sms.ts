import { fillText, plainLine, type ReadValue, type TextTemplate } from './text-template.ts';

/**
 * The capacity of one SMS: 160 characters of the GSM alphabet (3GPP TS 23.038), or 70 of any other.
 */
const GSM_MAX = 160;
const UNICODE_MAX = 70;
/** The capacity of each SMS if several are joined: a little less. */
const GSM_JOINED = 153;
const UNICODE_JOINED = 67;

const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Characters that count as two. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€');

export interface SmsSize {
  readonly alphabet: 'gsm' | 'unicode';
  readonly letters: number;
  /** The number of SMS that are sent and paid. */
  readonly parts: number;
}

/**
 * The text of an SMS. Of the variants, which are ordered from long to short, it is the first of
 * those that need the fewest SMS. A character outside the GSM alphabet would more than halve the
 * capacity, so it is replaced by a similar one if possible; a text in another script stays as it
 * is. URLs are never cut.
 */
export function smsText(variants: readonly TextTemplate[], read: ReadValue): string {
  const texts = variants.map((variant) => toGsm(plainLine(fillText(variant, read))));
  const fewest = Math.min(...texts.map((text) => smsSize(text).parts));
  return texts.find((text) => smsSize(text).parts === fewest) ?? '';
}

/** The alphabet that a text needs, its length in it, and the number of SMS. */
export function smsSize(text: string): SmsSize {
  let letters = 0;
  for (const char of text) {
    if (GSM_BASIC.has(char)) letters += 1;
    else if (GSM_EXTENDED.has(char)) letters += 2;
    else return sizeOf('unicode', text.length, UNICODE_MAX, UNICODE_JOINED);
  }
  return sizeOf('gsm', letters, GSM_MAX, GSM_JOINED);
}

function sizeOf(
  alphabet: SmsSize['alphabet'],
  letters: number,
  max: number,
  joined: number,
): SmsSize {
  return { alphabet, letters, parts: letters <= max ? 1 : Math.ceil(letters / joined) };
}

/** Replacements for characters outside the GSM alphabet. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '‑': '-',
  '−': '-',
  '…': '...',
  '·': '-',
  '•': '-',
  '\u00a0': ' ',
  '\u202f': ' ',
  œ: 'oe',
  Œ: 'OE',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
  º: 'o',
  ª: 'a',
  '×': 'x',
};

/** The text in the GSM alphabet if plainer characters make that possible; otherwise unchanged. */
function toGsm(text: string): string {
  const plain = [...text.normalize('NFC')].map((char) => {
    if (GSM_BASIC.has(char) || GSM_EXTENDED.has(char)) return char;
    return PLAIN[char] ?? char.normalize('NFD').replace(/\p{M}/gu, '');
  });
  const joined = plain.join('');
  return smsSize(joined).alphabet === 'gsm' ? joined : text;
}
