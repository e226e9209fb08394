/** Counts the forms that lie in memory, for one server. */
export interface FormSlots {
  /** How to free it again, which counts once; null: all are taken, or all that one owner may have. */
  take(owner: string): (() => void) | null;
}

/** Forms in memory at once; times the largest form, what they may take of a process. */
const FORMS_AT_ONCE_MAX = 8;
/** A phone sends one after the other; more are what it gave up waiting for. */
const FORMS_OF_OWNER_MAX = 3;

export function formSlots(
  most: number = FORMS_AT_ONCE_MAX,
  ofOwner: number = FORMS_OF_OWNER_MAX,
): FormSlots {
  const byOwner = new Map<string, number>();
  let taken = 0;
  return {
    take(owner) {
      const has = byOwner.get(owner) ?? 0;
      if (taken >= most || has >= ofOwner) return null;
      taken += 1;
      byOwner.set(owner, has + 1);
      let isFree = false;
      return () => {
        if (isFree) return;
        isFree = true;
        taken -= 1;
        const left = (byOwner.get(owner) ?? 1) - 1;
        if (left === 0) byOwner.delete(owner);
        else byOwner.set(owner, left);
      };
    },
  };
}
