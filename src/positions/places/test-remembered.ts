import type { Remembered } from './place-store.ts';

/** What a process remembers of a courier on shift from whom nothing has come yet. */
export function remembered(isOn: () => boolean = () => true): Remembered {
  return {
    get isOn() {
      return isOn();
    },
    ...{ endsAtMs: null, cached: null },
    ...{ isUnreported: false, isUnstored: false },
  };
}
