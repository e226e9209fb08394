import type { Registration, Registrations } from '../carrier.ts';
import { seededHex } from '../samples/places-near.ts';

export interface RegistrationBook {
  at(nowMs: number): Registrations;
}

/** Creates the record of the parcels registered with a bridge. `quotaMax`: for each account. */
export function createRegistrationBook(seed: string, quotaMax: number | null): RegistrationBook {
  const book = new Map<string, Registration>();
  const used = new Map<string, number>();
  let count = 0;
  const list = (account: string) => [...book.values()].filter((each) => each.account === account);
  const quota: Registrations['quota'] = (account) => {
    const usedUp = used.get(account) ?? 0;
    return { used: usedUp, remaining: quotaMax === null ? null : quotaMax - usedUp };
  };
  return {
    at: (nowMs) => ({
      add(wanted) {
        const { used: before, remaining } = quota(wanted.account);
        if (remaining !== null && remaining <= 0) return null;
        used.set(wanted.account, before + 1);
        count += 1;
        const id = seededHex(seed, 'registration', count);
        const registration: Registration = {
          ...wanted,
          id,
          state: 'tracking',
          createdAtMs: nowMs,
        };
        book.set(id, registration);
        return registration;
      },
      find: (account, number) =>
        list(account).findLast((registration) => registration.number === number) ?? null,
      get: (id) => book.get(id) ?? null,
      list,
      update(id, change) {
        const before = book.get(id);
        if (before === undefined) return null;
        const after = { ...before, ...change };
        book.set(id, after);
        return after;
      },
      remove: (id) => book.delete(id),
      quota,
    }),
  };
}
