/** Limits the forms held in memory, and their bytes, for one server. */
export interface FormSlots {
  /**
   * Reserves memory for a form. Null: there are too many forms, too many of one owner, or too much
   * is in memory already.
   */
  take(owner: string): FormSlot | null;
}

/** The reservation of one form. */
export interface FormSlot {
  /** Records received bytes. False: they exceed the limit. */
  grow(bytes: number): boolean;
  /** Releases the reservation. Only the first call has an effect. */
  free(): void;
}

interface FormLimits {
  /** Memory limit for all forms of a process together. */
  readonly bytesMax: number;
  /** Maximum concurrent forms. A slow one occupies a connection and little else. */
  readonly most: number;
  /**
   * The maximum number of an owner's forms. A phone sends one after the other; further ones are
   * those it gave up waiting for.
   */
  readonly ofOwner: number;
}

/**
 * The default limits: memory for eight of the largest forms, or for some hundred with a photo each.
 */
const LIMITS: FormLimits = { bytesMax: 160 * 1_048_576, most: 256, ofOwner: 3 };

export function formSlots(limits: Partial<FormLimits> = {}): FormSlots {
  const { bytesMax, most, ofOwner } = { ...LIMITS, ...limits };
  const byOwner = new Map<string, number>();
  let reserved = 0;
  let bytesReserved = 0;
  return {
    take(owner) {
      const slotsOfOwner = byOwner.get(owner) ?? 0;
      if (reserved >= most || slotsOfOwner >= ofOwner || bytesReserved >= bytesMax) return null;
      reserved += 1;
      byOwner.set(owner, slotsOfOwner + 1);
      let bytesOwn = 0;
      let isFree = false;
      return {
        grow(bytes) {
          if (isFree || bytesReserved + bytes > bytesMax) return false;
          bytesOwn += bytes;
          bytesReserved += bytes;
          return true;
        },
        free() {
          if (isFree) return;
          isFree = true;
          reserved -= 1;
          bytesReserved -= bytesOwn;
          const left = (byOwner.get(owner) ?? 1) - 1;
          if (left === 0) byOwner.delete(owner);
          else byOwner.set(owner, left);
        },
      };
    },
  };
}
