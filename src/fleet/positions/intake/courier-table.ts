import { ID_WORDS } from './position-columns.ts';

const FIRST_SLOTS = 1_024;
/** Less than half full, so that nearly every lookup needs one or two steps. */
const SLOTS_EACH = 2;

/**
 * A hash table keyed by the four words of a UUID, which are read directly from a request without
 * creating a string. Open addressing; removing an entry moves its successors up.
 */
export class CourierTable<T extends object> {
  #keys = new Int32Array(FIRST_SLOTS * ID_WORDS);
  #found: (T | undefined)[] = slots(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param at where the words begin in `ids`. */
  get(ids: Int32Array, at: number): T | undefined {
    return this.#found[this.#slotOf(ids, at)];
  }

  set(ids: Int32Array, at: number, value: T): void {
    if ((this.#size + 1) * SLOTS_EACH > this.#found.length) this.#grow();
    const slot = this.#slotOf(ids, at);
    if (this.#found[slot] === undefined) this.#size += 1;
    this.#found[slot] = value;
    for (let word = 0; word < ID_WORDS; word += 1) {
      this.#keys[slot * ID_WORDS + word] = ids[at + word] as number;
    }
  }

  delete(ids: Int32Array, at: number): void {
    let hole = this.#slotOf(ids, at);
    if (this.#found[hole] === undefined) return;
    this.#size -= 1;
    const mask = this.#found.length - 1;
    for (let slot = (hole + 1) & mask; this.#found[slot] !== undefined; slot = (slot + 1) & mask) {
      const home = hashOf(this.#keys, slot * ID_WORDS) & mask;
      // An entry may move up unless that puts it before its home slot.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#found[hole] = this.#found[slot];
      this.#keys.copyWithin(hole * ID_WORDS, slot * ID_WORDS, (slot + 1) * ID_WORDS);
      hole = slot;
    }
    this.#found[hole] = undefined;
  }

  clear(): void {
    this.#keys = new Int32Array(FIRST_SLOTS * ID_WORDS);
    this.#found = slots(FIRST_SLOTS);
    this.#size = 0;
  }

  /** Its slot, or the one it would get. */
  #slotOf(ids: Int32Array, at: number): number {
    const mask = this.#found.length - 1;
    const keys = this.#keys;
    let slot = hashOf(ids, at) & mask;
    while (this.#found[slot] !== undefined) {
      const key = slot * ID_WORDS;
      const isSame =
        keys[key + 3] === ids[at + 3] &&
        keys[key + 2] === ids[at + 2] &&
        keys[key + 1] === ids[at + 1] &&
        keys[key] === ids[at];
      if (isSame) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [keys, found] = [this.#keys, this.#found];
    this.#keys = new Int32Array(keys.length * 2);
    this.#found = slots(found.length * 2);
    this.#size = 0;
    for (const [slot, value] of found.entries()) {
      if (value !== undefined) this.set(keys, slot * ID_WORDS, value);
    }
  }
}

function slots<T>(many: number): (T | undefined)[] {
  return new Array<T | undefined>(many).fill(undefined);
}

/** The last words of our ids are random; a merchant's migrated ids may not be. */
function hashOf(ids: Int32Array, at: number): number {
  const mixed = Math.imul(
    (ids[at + 3] as number) ^ Math.imul(ids[at + 2] as number, 0x9e3779b1),
    0x85ebca6b,
  );
  return mixed ^ (mixed >>> 15);
}

/** The words of a UUID's bytes. */
export function idWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: ID_WORDS }, (_, word) => view.getInt32(word * 4));
}
