import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  type DecipherGCM,
} from 'node:crypto';
import type { RandomBytes } from '../clock.ts';

/**
 * Seals secrets and personal data: AES-256-GCM under a master key, and in envelopes under data
 * keys, so that destroying a data key erases what it sealed.
 *
 * Sealed bytes under a master key: 1 version · 4 key id · 24 nonce · ciphertext · 16 tag. The nonce
 * is twice as long as GCM's own: its first half derives a one-time key by HMAC-SHA256, its second
 * half is GCM's nonce. Plain GCM with random nonces allows 2^32 messages under one key, which an
 * inbox of 6,000 inbound messages a second reaches in eight days.
 */
export interface Keyring {
  /** The key that seals; the others only open what they sealed before a rotation. */
  readonly active: MasterKey;
  readonly keys: ReadonlyMap<string, MasterKey>;
  readonly random: RandomBytes;
  /** Checks at once whether there are new keys; absent if they cannot change while we run. */
  reload?(): void;
}

interface MasterKey {
  /** 8 hex digits that identify the key without revealing it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Sealed bytes that cannot be opened: truncated, changed, moved, or under a key that we do not
 * have.
 */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export const KEY_BYTES = 32;
const VERSION = 1;
const ID_BYTES = 4;
const HALF_NONCE_BYTES = 12;
const HEAD_BYTES = 1 + ID_BYTES + 2 * HALF_NONCE_BYTES;
const TAG_BYTES = 16;

/**
 * Creates a keyring.
 *
 * @param keys 32 bytes each, the active one first.
 */
export function createKeyring(keys: readonly Uint8Array[], random: RandomBytes): Keyring {
  const all = keys.map((bytes): MasterKey => {
    if (bytes.length !== KEY_BYTES) throw new Error(`a master key has ${KEY_BYTES} bytes`);
    return { id: idOfKey(bytes), bytes };
  });
  const [active] = all;
  if (active === undefined) throw new Error('a keyring needs a key');
  return { active, keys: new Map(all.map((key) => [key.id, key])), random };
}

/**
 * Seals bytes under the active key.
 *
 * @param aad what the sealed bytes belong to (a row's id, a column's name): they cannot be opened
 * for anything else, so that a sealed secret cannot be moved to another row.
 */
export function seal({ active, random }: Keyring, plaintext: Uint8Array, aad: string): Buffer {
  return sealUnder(active, plaintext, aad, random);
}

/** Opens what `seal` sealed. Throws `SealBroken`. */
export function open(keyring: Keyring, sealed: Uint8Array, aad: string): Buffer {
  return openUnder(masterKeyOf(keyring, sealed), sealed, aad);
}

/** Seals the same secret for the same place under the active key. */
export function reseal(keyring: Keyring, sealed: Uint8Array, aad: string): Buffer {
  return seal(keyring, open(keyring, sealed, aad), aad);
}

/** Returns the id of the master key that opens sealed bytes or a data key. */
export function keyIdOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(1, 1 + ID_BYTES)).toString('hex');
}

/**
 * Returns the master key that all formats name after their first byte. An unknown one may be new,
 * so the keys are reloaded.
 */
function masterKeyOf(keyring: Keyring, bytes: Uint8Array): MasterKey {
  const id = keyIdOf(bytes);
  if (!keyring.keys.has(id)) keyring.reload?.();
  const key = keyring.keys.get(id);
  if (key !== undefined) return key;
  throw new SealBroken(
    `sealed under master key ${id}, which is not loaded. Add it after the current key in WAYBILL_MASTER_KEY, separated by a comma.`,
  );
}

/** Seals each item under a key of its own; used for inbound messages and recipients. */
export interface EnvelopeSealer {
  seal(plaintext: Uint8Array): { sealed: Uint8Array; dataKey: Uint8Array };
  /** Opens an item. Throws `SealBroken`. */
  open(sealed: Uint8Array, dataKey: Uint8Array): Uint8Array;
}

const ENVELOPE_VERSION = 2;
const ENVELOPE_LABEL = Buffer.from('waybill envelope 2');
const SALT_BYTES = 32;
const DATA_KEY_BYTES = 1 + ID_BYTES + SALT_BYTES;
/** A key that seals only once needs no nonce. */
const NO_NONCE = Buffer.alloc(HALF_NONCE_BYTES);

/** The version of data keys that were wrapped under a newer master key by a rotation. */
const WRAPPED_VERSION = 3;
const WRAPPED_FOR = 'a data key';

/**
 * Creates the sealer of envelopes.
 *
 * The stored data key is 1 version · 4 master key id · 32 salt, and the key itself is HMAC-SHA256
 * of the salt under the master key: without the salt nobody can derive it again, not even the
 * master key's holder, so destroying those 37 bytes erases what was sealed. It is derived and not
 * wrapped because each inbound message has one: a wrap costs as much as sealing the inbound message
 * (see docs/benchmarks.md). Only a rotation wraps: `rewrapDataKey`.
 *
 * Sealed bytes: ciphertext · 16 tag.
 */
export function createEnvelopeSealer(keyring: Keyring): EnvelopeSealer {
  let head = headOf(keyring.active);
  return {
    seal(plaintext) {
      const { active } = keyring;
      if (head.key !== active) head = headOf(active);
      const dataKey = Buffer.concat([head.bytes, keyring.random(SALT_BYTES)], DATA_KEY_BYTES);
      const cipher = createCipheriv('aes-256-gcm', deriveKey(active, dataKey), NO_NONCE);
      const body = cipher.update(plaintext);
      cipher.final();
      const tag = cipher.getAuthTag();
      return { sealed: Buffer.concat([body, tag], body.length + TAG_BYTES), dataKey };
    },
    open(sealed, dataKey) {
      if (sealed.length < TAG_BYTES) throw new SealBroken('sealed bytes are cut short');
      const key = envelopeKey(keyring, dataKey);
      const decipher = createDecipheriv('aes-256-gcm', key, NO_NONCE, { authTagLength: TAG_BYTES });
      return decryptWith(
        decipher,
        Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength),
      );
    },
  };
}

/**
 * Returns a data key that opens the same values and needs only the first master key. The sealed
 * values stay as they are: the key itself is the same, only wrapped differently.
 */
export function rewrapDataKey(keyring: Keyring, dataKey: Uint8Array): Buffer {
  const key = envelopeKey(keyring, dataKey);
  return sealUnder(keyring.active, key, WRAPPED_FOR, keyring.random, WRAPPED_VERSION);
}

function headOf(key: MasterKey): { readonly key: MasterKey; readonly bytes: Buffer } {
  const bytes = Buffer.alloc(1 + ID_BYTES);
  bytes.writeUInt8(ENVELOPE_VERSION, 0);
  bytes.write(key.id, 1, 'hex');
  return { key, bytes };
}

/** Derives an envelope's key, or unwraps it if it was rotated. Throws `SealBroken`. */
function envelopeKey(keyring: Keyring, dataKey: Uint8Array): Buffer {
  if (dataKey[0] === WRAPPED_VERSION) {
    const key = openUnder(masterKeyOf(keyring, dataKey), dataKey, WRAPPED_FOR, WRAPPED_VERSION);
    if (key.length === KEY_BYTES) return key;
  } else if (dataKey.length === DATA_KEY_BYTES && dataKey[0] === ENVELOPE_VERSION) {
    return deriveKey(masterKeyOf(keyring, dataKey), dataKey);
  }
  throw new SealBroken('a data key is cut short or in an unknown format');
}

function deriveKey(master: MasterKey, dataKey: Uint8Array): Buffer {
  const salt = dataKey.subarray(1 + ID_BYTES);
  return createHmac('sha256', master.bytes).update(ENVELOPE_LABEL).update(salt).digest();
}

function decryptWith(decipher: DecipherGCM, sealed: Buffer): Buffer {
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const body = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    throw new SealBroken('sealed bytes were changed, or belong elsewhere');
  }
}

/**
 * Encrypts with a one-time key derived from the master key. The associated data and the header are
 * authenticated, too.
 */
function sealUnder(
  key: MasterKey,
  plaintext: Uint8Array,
  aad: string,
  random: RandomBytes,
  version = VERSION,
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(version, 0);
  head.write(key.id, 1, 'hex');
  head.set(random(2 * HALF_NONCE_BYTES), 1 + ID_BYTES);
  const cipher = createCipheriv('aes-256-gcm', oneTimeKey(key, head), gcmNonce(head));
  cipher.setAAD(authenticatedData(head, aad));
  const body = cipher.update(plaintext);
  return Buffer.concat([head, body, cipher.final(), cipher.getAuthTag()]);
}

function openUnder(key: MasterKey, sealed: Uint8Array, aad: string, version = VERSION): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < HEAD_BYTES + TAG_BYTES) throw new SealBroken('sealed bytes are cut short');
  if (bytes[0] !== version) throw new SealBroken(`sealed in an unknown format (${bytes[0]})`);
  const head = bytes.subarray(0, HEAD_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', oneTimeKey(key, head), gcmNonce(head), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(authenticatedData(head, aad));
  return decryptWith(decipher, bytes.subarray(HEAD_BYTES));
}

function oneTimeKey(key: MasterKey, head: Buffer): Buffer {
  const half = head.subarray(1 + ID_BYTES, 1 + ID_BYTES + HALF_NONCE_BYTES);
  return createHmac('sha256', key.bytes).update('waybill seal 1').update(half).digest();
}

function gcmNonce(head: Buffer): Buffer {
  return head.subarray(HEAD_BYTES - HALF_NONCE_BYTES);
}

function authenticatedData(head: Buffer, aad: string): Buffer {
  return Buffer.concat([head.subarray(0, 1 + ID_BYTES), Buffer.from(aad, 'utf8')]);
}

function idOfKey(bytes: Uint8Array): string {
  return createHash('sha256')
    .update('waybill key id')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * ID_BYTES);
}
