import type { Remembered } from './place-store.ts';

/** Creates what a process remembers of a courier on shift before the first position. */
export function remembered(isOn: () => boolean = () => true): Remembered {
  return {
    get isOn() {
      return isOn();
    },
    endsAtMs: null,
    cached: null,
    isUnpublished: false,
    isUnstored: false,
  };
}
