import type { ParcelHistory } from '../hazard/bins.ts';

/** The parsed histories, or one message: where, what was found, how to fix it. */
export type Read =
  | { readonly ok: true; readonly histories: readonly ParcelHistory[] }
  | { readonly ok: false; readonly message: string };

export function unreadable(where: string, found: string, fix: string): Read {
  return { ok: false, message: `${where}: ${found}; ${fix}` };
}
