import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type RandomBytes, systemRandom } from '../clock.ts';
import { KEYS_MAX, keysText, readKeyFile } from './master-key.ts';
import { KEY_BYTES, type Keyring } from './sealing.ts';

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
