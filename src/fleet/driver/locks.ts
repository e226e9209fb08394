import type { Lock } from './ports.ts';

/** Serializes work by name, within this process only. */
export function processLock(): Lock {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
    const settled = mine.then(
      () => {},
      () => {},
    );
    last.set(name, settled);
    return mine;
  };
}
