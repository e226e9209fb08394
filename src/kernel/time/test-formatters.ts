import { vi } from 'vitest';

const KINDS = [
  ...(['Collator', 'DateTimeFormat', 'DisplayNames', 'ListFormat'] as const),
  ...(['NumberFormat', 'PluralRules', 'RelativeTimeFormat', 'Segmenter'] as const),
];

/** Returns the formatters that are made during `work`, whoever makes them, with their arguments. */
export async function formattersMade(work: () => unknown): Promise<readonly unknown[]> {
  const spies = KINDS.map((kind) => [kind, vi.spyOn(Intl, kind)] as const);
  try {
    await work();
    return spies.flatMap(([kind, { mock }]) => mock.calls.map((args) => [kind, ...args]));
  } finally {
    for (const [, spy] of spies) spy.mockRestore();
  }
}
