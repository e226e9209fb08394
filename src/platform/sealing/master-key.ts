import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
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
const KEYS_MAX = 8;

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

/** Puts a new key in front of those in the file. Throws if there is no room or no permission. */
export function addKeyToFile(file: string, random: RandomBytes = systemRandom): Keyring {
  const { keys } = readKeyFile(file, random);
  if (keys.size >= KEYS_MAX) {
    throw new Error(
      `${file} contains ${keys.size} keys, the maximum: remove an unneeded one with \`waybill keys forget ID\`.`,
    );
  }
  const old = [...keys.values()].map(({ bytes }) => bytes);
  return replaceKeys(file, [random(KEY_BYTES), ...old], random);
}

/** Removes a key from the file. The active one, in front, cannot be removed. */
export function dropKeyFromFile(
  file: string,
  id: string,
  random: RandomBytes = systemRandom,
): Keyring {
  const { keys, active } = readKeyFile(file, random);
  if (id === active.id) throw new Error(`${id} is the current key; rotate first.`);
  const rest = [...keys.values()].filter((key) => key.id !== id).map(({ bytes }) => bytes);
  return replaceKeys(file, rest, random);
}

/**
 * Replaces the file: a reader finds either the old or the new keys, and so does a start after a
 * kill.
 */
function replaceKeys(file: string, keys: readonly Uint8Array[], random: RandomBytes): Keyring {
  // A mounted secret is a link; the file to which it leads is replaced, not the link.
  const place = realpathSync(file);
  const { mode, uid, gid } = statSync(place);
  const draft = `${place}.${process.pid}.new`;
  rmSync(draft, { force: true });
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeSync(fd, keysText(keys));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  chmodSync(draft, mode & 0o777);
  if (process.getuid?.() === 0) chownSync(draft, uid, gid);
  renameSync(draft, place);
  const folder = openSync(path.dirname(place), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return readKeyFile(file, random);
}
