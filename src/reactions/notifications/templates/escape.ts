/**
 * What a value needs where it stands. Each takes any text and answers one that means nothing there
 * but itself; which one a place of a mail needs is found by reading the mail (mail-layout.ts), never
 * by whoever writes the layout.
 */

/**
 * What no reader sees and no message needs: controls (line feeds among them), half characters, and
 * what turns the direction of the text around it or hides in it.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u00ad\u{e0000}-\u{e007f}]+/gu;

/** One line of plain text. Also right for a header: it holds no CR, LF or other control. */
export function plainLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}

/** The same without touching blanks at its ends, for a piece of a text. */
function plainPiece(text: string): string {
  return text.replace(UNSEEN, ' ');
}

const MEANT: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** Between tags, and within a quoted attribute. */
export function htmlText(text: string): string {
  return plainPiece(text).replace(/[&<>"'`=]/g, (found) => MEANT[found] ?? '');
}

/**
 * An address for an attribute such as `href`; null for what is no address of the web. Merchants'
 * are `https:` from the start; our own are `http:` where somebody tries the hub out.
 */
export function webAddress(text: string): string | null {
  if (text.length > ADDRESS_CHARS_MAX || !URL.canParse(text)) return null;
  const { protocol, href, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  return username === '' && password === '' ? href : null;
}

/** Longer ones are cut by mail programs. */
const ADDRESS_CHARS_MAX = 2_000;

/** `mailto:` a plain address; null for what is none, or would carry more than an address. */
export function mailAddress(text: string): string | null {
  if (text.length > 254 || !/^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+$/.test(text)) return null;
  return `mailto:${text}`;
}
