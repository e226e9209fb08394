import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { ChannelKind } from '../contract.ts';

/** RFC 5321 §4.5.3.1. */
const EMAIL_CHARS_MAX = 254;
/** A push subscription of a browser has some 500 characters. */
const PUSH_CHARS_MAX = 4_096;
const PHONE = /^\+[1-9]\d{6,14}$/;
/** One @, no blanks, no control characters, a dot in the domain: what a mail server may take. */
const EMAIL =
  /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}]{1,189}\.[^\s@.\p{Cc}]{2,63}$/u;

/**
 * The address as it is written to and recognized by; null: it is none for that channel. Mail
 * domains know no case, and mailboxes that tell `A` from `a` are not met with.
 */
export function normalizedAddress(channel: ChannelKind, text: string): string | null {
  const trimmed = text.trim();
  switch (channel) {
    case 'email': {
      const lower = trimmed.toLowerCase();
      return lower.length <= EMAIL_CHARS_MAX && EMAIL.test(lower) ? lower : null;
    }
    case 'sms': {
      // +49 (0)30 …: the zero is dialled at home only.
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

/** A token as it is, or a browser's subscription with what is needed of it. */
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

/** They take a name with dots anywhere for the same without. */
const DOTLESS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * An address by the plainest of the spellings under which it reaches the same person: for limits and
 * for who is not to be asked, where another spelling must not count as another person. It is never
 * written to: where a provider tells the spellings apart after all, two people share a limit.
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

/** What an address is recognized by where it is not kept; without the key it tells nothing. Hex. */
export function hashAddress(key: Uint8Array, channel: ChannelKind, address: string): string {
  const digest = createHmac('sha256', key).update(`${channel} ${address}`).digest();
  return digest.subarray(0, HASH_BYTES).toString('hex');
}

/** Of nobody: for decisions that there was no address for. */
export const NO_ADDRESS_HASH = '00';

/** A provider's words without any address in them: it may quote the one that it refuses. */
export function withoutAddresses(text: string, to: string): string {
  const plain = to === '' ? text : text.replaceAll(to, '(address)');
  return plain
    .replace(/[^\s<>]+/g, (word) => (/[^@]@[^@]/.test(word) ? '(address)' : word))
    .replace(/\+?\d[\d\s().-]{7,}\d/g, '(number)')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, REASON_CHARS_MAX);
}

const REASON_CHARS_MAX = 300;
