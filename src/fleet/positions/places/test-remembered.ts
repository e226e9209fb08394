import type { Remembered } from './place-store.ts';

/** A process's memory of a courier on shift before the first position. */
export function remembered(isOn: () => boolean = () => true): Remembered {
  return {
    get isOn() {
      return isOn();
    },
    endsAtMs: null,
    cached: null,
    isUnreported: false,
    isUnstored: false,
  };
}
