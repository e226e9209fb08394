import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type RandomBytes, systemRandom } from '../clock.ts';
import { giveToOwnerOf } from '../process/owner.ts';
import { createKeyring, KEY_BYTES, type Keyring } from './sealing.ts';

/** The sources of the master key, of which the first that is given applies. */
export interface MasterKeySource {
  /** `WAYBILL_MASTER_KEY`: one or several keys, separated by commas, the active one first. */
  readonly text: string | null;
  /** `WAYBILL_MASTER_KEY_FILE`: a file with the same content. */
  readonly file: string | null;
  /** Otherwise a file of our own in this folder, created if it is missing. */
  readonly data: string;
}

/**
 * The most keys, including those retained to open what they sealed before a rotation; a longer list
 * would be one that nobody maintains.
 */
export const KEYS_MAX = 8;

/**
 * Loads the keys. Throws an error with its fix if a key is unreadable or not 32 bytes; never names
 * the key.
 */
export function loadKeyring(source: MasterKeySource, random: RandomBytes = systemRandom): Keyring {
  if (source.text !== null) return keyringOf(source.text, 'WAYBILL_MASTER_KEY', random);
  const file = keyFileOf(source);
  if (source.file === null && !existsSync(file)) createKeyFile(file, random);
  return readKeyFile(file, random);
}

/** Returns the file that contains the keys, if they are in a file. */
export function keyFileOf({ file, data }: Omit<MasterKeySource, 'text'>): string {
  return file ?? masterKeyFile(data);
}

export function readKeyFile(file: string, random: RandomBytes = systemRandom): Keyring {
  return keyringOf(readFileSync(file, 'utf8'), file, random);
}

/** Returns the keys in the form of the file, the active one first. */
export function keysText(keys: readonly Uint8Array[]): string {
  return `${keys.map((bytes) => Buffer.from(bytes).toString('base64')).join(',')}\n`;
}

export function masterKeyFile(data: string): string {
  return path.join(data, 'master-key');
}

function keyringOf(text: string, from: string, random: RandomBytes): Keyring {
  const keys = text.split(',').map((part) => decodeKey(part.trim()));
  const good = keys.filter((key) => key !== null);
  if (good.length !== keys.length || good.length > KEYS_MAX) {
    throw new Error(
      `${from} does not hold a master key: expected ${KEY_BYTES} bytes in Base64 or as 64 hex digits ` +
        '(several, separated by commas, while rotating). Make one with `openssl rand -base64 32`.',
    );
  }
  return createKeyring(good, random);
}

/** Decodes 32 bytes from hex, Base64 or Base64url; null if it is none of these. */
export function decodeKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : null;
}

/**
 * Creates the key file. It is written and flushed under another name, then linked: a kill leaves no
 * half key, and of two processes that create one at once both read the first.
 */
function createKeyFile(file: string, random: RandomBytes): void {
  // With an external database, a command may be the first to need the data folder.
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  rmSync(draft, { force: true });
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeSync(fd, keysText([random(KEY_BYTES)]));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  giveToOwnerOf(path.dirname(file), draft);
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
