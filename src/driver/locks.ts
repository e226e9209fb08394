import type { Lock } from './ports.ts';

/** One at a time by name, in this process alone. */
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
