import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { ChannelKind } from '../contract.ts';

/** The maximum length of a mail address (RFC 5321 §4.5.3.1). */
const EMAIL_CHARS_MAX = 254;
/** The maximum length of a push address; a browser's subscription has some 500 characters. */
const PUSH_CHARS_MAX = 4_096;
const PHONE = /^\+[1-9]\d{6,14}$/;
/** One @, no blanks, no control characters, a dot in the domain: what a mail server may accept. */
const EMAIL =
  /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}]{1,189}\.[^\s@.\p{Cc}]{2,63}$/u;

/**
 * The normalized address, for sending and comparing; null: invalid for that channel. Mail domains
 * are case-insensitive, and mailboxes that distinguish `A` from `a` do not occur in practice.
 */
export function normalizedAddress(channel: ChannelKind, text: string): string | null {
  const trimmed = text.trim();
  switch (channel) {
    case 'email': {
      const lower = trimmed.toLowerCase();
      return lower.length <= EMAIL_CHARS_MAX && EMAIL.test(lower) ? lower : null;
    }
    case 'sms': {
      // +49 (0)30 …: the zero is dialled only within the country.
      const digits = trimmed
        .replace('(0)', '')
        .replace(/[\s().\-/]/g, '')
        .replace(/^00/, '+');
      return PHONE.test(digits) ? digits : null;
    }
    case 'push':
      return normalizedPush(trimmed);
    default:
      return trimmed;
  }
}

/**
 * Normalizes a push address: a token stays as it is, of a browser's subscription only the necessary
 * members are left.
 */
function normalizedPush(text: string): string | null {
  if (text.length > PUSH_CHARS_MAX) return null;
  if (!text.startsWith('{')) return /^[\w:.-]{20,4096}$/.test(text) ? text : null;
  try {
    const { endpoint, keys } = JSON.parse(text) as Record<string, unknown>;
    const { p256dh, auth } = (keys ?? {}) as Record<string, unknown>;
    const isUrl = typeof endpoint === 'string' && URL.canParse(endpoint);
    if (!isUrl || !endpoint.startsWith('https://')) return null;
    if (!isKey(p256dh) || !isKey(auth)) return null;
    return JSON.stringify({ endpoint, keys: { p256dh, auth } });
  } catch {
    return null;
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\w+/=-]{16,200}$/.test(value);
}

/** Domains where a name with dots reaches the same mailbox as without. */
const DOTLESS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * The simplest spelling that reaches the same person: for limits and opt-outs, where another
 * spelling must not count as another person. It is never written to: if a provider distinguishes
 * the spellings after all, two people share a limit.
 */
export function plainestAddress(channel: ChannelKind, address: string): string {
  const at = address.lastIndexOf('@');
  if (channel !== 'email' || at < 0) return address;
  const lower = address.toLowerCase();
  const name = lower.slice(0, at);
  const domain = domainToASCII(lower.slice(at + 1)) || lower.slice(at + 1);
  const untagged = name.split('+', 1)[0] || name;
  if (!DOTLESS.has(domain)) return `${untagged}@${domain}`;
  return `${untagged.replaceAll('.', '')}@gmail.com`;
}

const HASH_BYTES = 16;

/**
 * The keyed hash of an address, in hex. It identifies the address where the address is not stored,
 * and is useless without the key.
 */
export function hashAddress(key: Uint8Array, channel: ChannelKind, address: string): string {
  const digest = createHmac('sha256', key).update(`${channel} ${address}`).digest();
  return digest.subarray(0, HASH_BYTES).toString('hex');
}

/** The hash for decisions without an address. */
export const NO_ADDRESS_HASH = '00';

/** A provider's text with all addresses removed: it may quote the refused one. */
export function withoutAddresses(text: string, to: string): string {
  const plain = to === '' ? text : text.replaceAll(to, '(address)');
  return plain
    .replace(/[^\s<>]+/g, (word) => (/[^@]@[^@]/.test(word) ? '(address)' : word))
    .replace(/\+?\d[\d\s().-]{7,}\d/g, '(number)')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, REASON_CHARS_MAX);
}

const REASON_CHARS_MAX = 300;
