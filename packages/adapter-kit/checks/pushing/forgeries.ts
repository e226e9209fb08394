import type { Random } from 'waybill/adapter/kit';

/**
 * Texts similar to a genuine signature or secret: what an attacker, a proxy or another library
 * would send. Never returns the genuine text itself.
 */
export function forgeryOf(genuine: string, random: Random): string {
  const forge = random.pick(FORGERIES);
  const forged = forge(genuine, random);
  return forged === genuine ? `${genuine}=` : forged;
}

type Forgery = (genuine: string, random: Random) => string;

const FORGERIES: readonly [Forgery, ...Forgery[]] = [
  flippedBit,
  // Non-canonical Base64: the unused low bits of the last character, spelt otherwise.
  (text) => text.replace(/.(=*)$/, (last) => nextBase64Char(last.charAt(0)) + last.slice(1)),
  (text) => text.replace(/=+$/, ''),
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') || 'x',
  (text) => Buffer.from(text, 'base64').toString('hex'),
  (text) => Buffer.from(text, 'base64').toString('hex').toUpperCase(),
  (text) => Buffer.from(text, 'utf8').toString('base64'),
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => text.slice(1 + random.below(text.length)),
  (text, random) =>
    insert(text, random, random.pick([' ', '\t', '\n', '\r\n', '\u0000', '\u00a0'])),
  (text) => ` ${text}`,
  (text) => `${text} `,
  (text) => `"${text}"`,
  (text) => `${text}, ${text}`,
  (text) => `${text},${text}`,
  (text) => `${text}${text}`,
  (text) => `sha256=${text}`,
  (text) => `Bearer ${text}`,
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => Array.from(text).reverse().join(''),
  (text, random) => insert(text, random, String.fromCharCode(random.below(0x250))),
  (text) => 'A'.repeat(text.length),
  (text) => '='.repeat(text.length),
  () => '',
  () => 'null',
];

function flippedBit(text: string, random: Random): string {
  const bytes = Buffer.from(text, 'latin1');
  const at = random.below(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
  return bytes.toString('latin1');
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function nextBase64Char(char: string): string {
  return BASE64.charAt((BASE64.indexOf(char) + 1) % BASE64.length);
}

function insert(text: string, random: Random, inserted: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at);
}
