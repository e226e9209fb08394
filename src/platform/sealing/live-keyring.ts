import { statSync } from 'node:fs';
import { type RandomBytes, systemRandom } from '../clock.ts';
import { unheldTimers } from '../work/timers.ts';
import { keyFileOf, loadKeyring, type MasterKeySource, readKeyFile } from './master-key.ts';
import type { Keyring } from './sealing.ts';

/** A keyring that follows changes of its file as long as a process runs. */
export interface LiveKeyring {
  readonly keyring: Keyring;
  close(): void;
}

interface LiveKeyringOptions {
  readonly source: MasterKeySource;
  /** Called once for each fault of the file; the keys stay as they are. */
  readonly onProblem: (problem: string) => void;
  /** Called with the id of the key that seals from now on. */
  readonly onChange?: (id: string) => void;
  readonly random?: RandomBytes;
  readonly checkEveryMs?: number;
}

/**
 * Rows under a new key may come this soon; a reader of one that comes earlier reloads the keys at
 * once.
 */
const CHECK_EVERY_MS = 500;
/** Broken sealed bytes with unknown key ids must not each cause a file to be read. */
const RELOAD_PAUSE_MS = 100;

/**
 * Opens a keyring. Keys from the environment never change. Those of a file are read again when it
 * changes, and when sealed bytes name an unknown key, so that `waybill keys rotate` needs no
 * restart. A file that is unreadable, or contains none of the keys in use (another installation's,
 * for example), changes nothing.
 */
export function openLiveKeyring(options: LiveKeyringOptions): LiveKeyring {
  const { source, random = systemRandom } = options;
  const file = keyFileOf(source);
  let lastStamp = stampOf(file);
  let current = loadKeyring(source, random);
  if (source.text !== null) return { keyring: current, close: () => {} };
  let problem: string | null = null;
  let reloadedMs = Number.NEGATIVE_INFINITY;

  function check(): void {
    const stamp = stampOf(file);
    if (stamp === lastStamp) return;
    lastStamp = stamp;
    const fault = adopt();
    if (fault !== null && fault !== problem) options.onProblem(fault);
    problem = fault;
  }

  function adopt(): string | null {
    try {
      const next = readKeyFile(file, random);
      if (!next.keys.has(current.active.id)) {
        return `${file} no longer contains the current key ${current.active.id}, which stays in use. Add it again after the new one.`;
      }
      const isOther = next.active.id !== current.active.id;
      current = next;
      if (isOther) options.onChange?.(next.active.id);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  const close = unheldTimers.every(options.checkEveryMs ?? CHECK_EVERY_MS, check);
  return {
    keyring: {
      get active() {
        return current.active;
      },
      get keys() {
        return current.keys;
      },
      random,
      reload() {
        const nowMs = performance.now();
        if (nowMs - reloadedMs < RELOAD_PAUSE_MS) return;
        reloadedMs = nowMs;
        lastStamp = null;
        check();
      },
    },
    close,
  };
}

/**
 * Identifies a file's version: a replaced file has another inode or time; null if it cannot be
 * read.
 */
function stampOf(file: string): string | null {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return null;
  }
}
