import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import type { RandomBytes } from './clock.ts';

/**
 * Sealing of secrets and personal data: AES-256-GCM under a master key, and under data keys that
 * the master key wraps, so that destroying a data key erases what it sealed.
 *
 * Sealed bytes: 1 version · 4 key id · 24 nonce · ciphertext · 16 tag. The nonce is twice as long
 * as GCM's own: its first half derives a one-time key by HMAC-SHA256, its second half is GCM's
 * nonce. Plain GCM with random nonces allows 2^32 messages under one key, which an inbox of
 * 6,000 receipts a second reaches in eight days.
 */
export interface Keyring {
  /** The key that seals; the others only open what they sealed before a rotation. */
  readonly active: MasterKey;
  readonly keys: ReadonlyMap<string, MasterKey>;
  readonly random: RandomBytes;
}

export interface MasterKey {
  /** 8 hex digits that name the key without telling it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Sealed bytes that cannot be opened: cut short, changed, moved, or under a key we do not have. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export const KEY_BYTES = 32;
const VERSION = 1;
const ID_BYTES = 4;
const HALF_NONCE_BYTES = 12;
const HEAD_BYTES = 1 + ID_BYTES + 2 * HALF_NONCE_BYTES;
const TAG_BYTES = 16;

/** @param keys 32 bytes each, the active one first. */
export function createKeyring(keys: readonly Uint8Array[], random: RandomBytes): Keyring {
  const all = keys.map((bytes): MasterKey => {
    if (bytes.length !== KEY_BYTES) throw new Error(`a master key has ${KEY_BYTES} bytes`);
    return { id: keyId(bytes), bytes };
  });
  const [active] = all;
  if (active === undefined) throw new Error('a keyring needs a key');
  return { active, keys: new Map(all.map((key) => [key.id, key])), random };
}

/**
 * @param aad what the sealed bytes belong to (a row's id, a column's name): they open nowhere
 *   else, so that a sealed secret cannot be moved to another row.
 */
export function seal({ active, random }: Keyring, plaintext: Uint8Array, aad: string): Buffer {
  return sealUnder(active, plaintext, aad, random);
}

/** The inverse of `seal`. Throws `SealBroken`. */
export function open({ keys }: Keyring, sealed: Uint8Array, aad: string): Buffer {
  const id = Buffer.from(sealed.subarray(1, 1 + ID_BYTES)).toString('hex');
  const key = keys.get(id);
  if (key === undefined) {
    throw new SealBroken(
      `sealed under master key ${id}, which is not loaded. Put it behind the current key in WAYBILL_MASTER_KEY, separated by a comma.`,
    );
  }
  return openUnder(key, sealed, aad);
}

/** A key of its own for one thing that may have to be erased, and the same key wrapped for storage. */
export interface DataKey {
  readonly key: MasterKey;
  readonly wrapped: Buffer;
}

const DATA_KEY = 'data key';

export function newDataKey(keyring: Keyring): DataKey {
  const bytes = keyring.random(KEY_BYTES);
  return { key: { id: keyId(bytes), bytes }, wrapped: seal(keyring, bytes, DATA_KEY) };
}

/** Throws `SealBroken`. */
export function unwrapDataKey(keyring: Keyring, wrapped: Uint8Array): MasterKey {
  const bytes = open(keyring, wrapped, DATA_KEY);
  return { id: keyId(bytes), bytes };
}

/** Each thing sealed under a key of its own: what receipts and recipients are kept by. */
export interface EnvelopeSealer {
  seal(plaintext: Uint8Array): { sealed: Uint8Array; dataKey: Uint8Array };
  /** Throws `SealBroken`. */
  open(sealed: Uint8Array, dataKey: Uint8Array): Uint8Array;
}

const ENVELOPE = 'envelope';

export function createEnvelopeSealer(keyring: Keyring): EnvelopeSealer {
  return {
    seal(plaintext) {
      const { key, wrapped } = newDataKey(keyring);
      return { sealed: sealUnder(key, plaintext, ENVELOPE, keyring.random), dataKey: wrapped };
    },
    open: (sealed, dataKey) => openUnder(unwrapDataKey(keyring, dataKey), sealed, ENVELOPE),
  };
}

export function sealUnder(
  key: MasterKey,
  plaintext: Uint8Array,
  aad: string,
  random: RandomBytes,
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION, 0);
  head.write(key.id, 1, 'hex');
  head.set(random(2 * HALF_NONCE_BYTES), 1 + ID_BYTES);
  const cipher = createCipheriv('aes-256-gcm', oneTimeKey(key, head), gcmNonce(head));
  cipher.setAAD(boundTo(head, aad));
  const body = cipher.update(plaintext);
  return Buffer.concat([head, body, cipher.final(), cipher.getAuthTag()]);
}

/** Throws `SealBroken`. */
export function openUnder(key: MasterKey, sealed: Uint8Array, aad: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < HEAD_BYTES + TAG_BYTES) throw new SealBroken('sealed bytes are cut short');
  if (bytes[0] !== VERSION) throw new SealBroken(`sealed in an unknown format (${bytes[0]})`);
  const head = bytes.subarray(0, HEAD_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', oneTimeKey(key, head), gcmNonce(head), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(head, aad));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const body = decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    throw new SealBroken('sealed bytes were changed, or belong elsewhere');
  }
}

function oneTimeKey(key: MasterKey, head: Buffer): Buffer {
  const half = head.subarray(1 + ID_BYTES, 1 + ID_BYTES + HALF_NONCE_BYTES);
  return createHmac('sha256', key.bytes).update('waybill seal 1').update(half).digest();
}

function gcmNonce(head: Buffer): Buffer {
  return head.subarray(HEAD_BYTES - HALF_NONCE_BYTES);
}

function boundTo(head: Buffer, aad: string): Buffer {
  return Buffer.concat([head.subarray(0, 1 + ID_BYTES), Buffer.from(aad, 'utf8')]);
}

function keyId(bytes: Uint8Array): string {
  return createHash('sha256')
    .update('waybill key id')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * ID_BYTES);
}
