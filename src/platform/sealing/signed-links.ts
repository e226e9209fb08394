import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring } from './sealing.ts';

/** The purposes of our links; a link is never valid for another purpose. */
export const LINK_PURPOSES = [
  /** For one parcel: reschedule, redirect, confirm the address, view the proof. */
  'self_service',
  'confirm_subscription',
  /** For use together with the code that was sent by SMS. */
  'enter_code',
  'unsubscribe',
  'preferences',
  /** Never to be contacted again by this installation, for any merchant. */
  'opt_out',
] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** The content of a link. Its holder can read it, so it contains only ids and nothing personal. */
export interface LinkClaim {
  readonly purpose: LinkPurpose;
  /** Its subject: the id of a parcel or of a subscription. */
  readonly subject: string;
  /** Epoch seconds after which it is no longer valid. */
  readonly expiresAtS: number;
}

type LinkVerdict =
  | { readonly kind: 'good'; readonly claim: LinkClaim }
  | { readonly kind: 'expired'; readonly claim: LinkClaim }
  | { readonly kind: 'forged' };

const SUBJECT = /^[A-Za-z0-9_-]{1,64}$/;
/**
 * The bytes kept of HMAC-SHA256: 128 bits cannot be guessed, and the link stays short enough for an
 * SMS.
 */
const MAC_BYTES = 16;
/** purpose · subject · expiry · key id · mac */
const TOKEN = /^([a-z]{2})\.([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,9})\.([0-9a-f]{8})\.([\w-]{22})$/;
const SHORT: Readonly<Record<LinkPurpose, string>> = {
  self_service: 'ss',
  confirm_subscription: 'cs',
  enter_code: 'ec',
  unsubscribe: 'un',
  preferences: 'pr',
  opt_out: 'oo',
};

/** Returns a token for a URL of ours; letters, digits, `.`, `_` and `-`. */
export function signLink({ active }: Keyring, claim: LinkClaim): string {
  if (!SUBJECT.test(claim.subject)) throw new Error('no subject of a link');
  const text = [SHORT[claim.purpose], claim.subject, claim.expiresAtS.toString(36), active.id].join(
    '.',
  );
  return `${text}.${macOf(active.bytes, text)}`;
}

/**
 * Reads a token in constant time; never throws. Links signed with a rotated key are still valid.
 */
export function readLink(keyring: Keyring, token: string, nowMs: number): LinkVerdict {
  const parts = TOKEN.exec(token);
  if (parts === null) return { kind: 'forged' };
  const [, short = '', subject = '', expiry = '', keyId = '', mac = ''] = parts;
  const purpose = LINK_PURPOSES.find((each) => SHORT[each] === short);
  if (!keyring.keys.has(keyId)) keyring.reload?.();
  const key = keyring.keys.get(keyId);
  if (purpose === undefined || key === undefined) return { kind: 'forged' };
  const expected = macOf(key.bytes, token.slice(0, token.length - mac.length - 1));
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return { kind: 'forged' };
  const claim = { purpose, subject, expiresAtS: Number.parseInt(expiry, 36) };
  return { kind: claim.expiresAtS * 1_000 > nowMs ? 'good' : 'expired', claim };
}

/** With 72 bits nobody finds another address with the same tag, and the link stays short. */
const TAG_BYTES = 9;

/**
 * Returns the tag that stands for an address in a subject; without the key it reveals nothing about
 * it.
 */
export function signingTag({ active }: Keyring, address: string): string {
  return tagOf(active.bytes, address);
}

/** Returns the tags of an address under each key with which links may have been signed. */
export function addressTags({ keys }: Keyring, address: string): readonly string[] {
  return [...keys.values()].map(({ bytes }) => tagOf(bytes, address));
}

function tagOf(key: Uint8Array, address: string): string {
  const tagKey = createHmac('sha256', key).update('waybill link address 1').digest();
  return hmac(tagKey, address).subarray(0, TAG_BYTES).toString('base64url');
}

function macOf(key: Uint8Array, text: string): string {
  const linkKey = createHmac('sha256', key).update('waybill link 1').digest();
  return hmac(linkKey, text).subarray(0, MAC_BYTES).toString('base64url');
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
