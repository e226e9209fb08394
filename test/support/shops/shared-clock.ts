import { openSync, readSync, writeSync } from 'node:fs';
import type { ManualClock } from '../../../src/platform/clock.ts';

const BYTES = 8;

/**
 * A manual clock that several processes share: the time is in a file, whose few bytes are read and
 * written at once.
 */
export function sharedClock(file: string): ManualClock {
  const fd = openSync(file, 'r+');
  const time = Buffer.alloc(BYTES);
  const set = (toMs: number): void => {
    time.writeDoubleLE(toMs);
    writeSync(fd, time, 0, BYTES, 0);
  };
  const nowMs = (): number => {
    readSync(fd, time, 0, BYTES, 0);
    return time.readDoubleLE();
  };
  return { nowMs, set, advance: (byMs) => set(nowMs() + byMs) };
}
