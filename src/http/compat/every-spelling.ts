import type { Registry } from '../../adapters/index.ts';

/** A number as one carrier stores it. */
interface Spelling {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/**
 * Returns how each installed carrier would store these numbers, for `shipmentsByNumber`.
 *
 * @param carriers only these; null: all.
 */
export function everySpelling(
  registry: Pick<Registry, 'list'>,
  numbers: readonly string[],
  carriers: readonly string[] | null,
): readonly Spelling[] {
  return registry
    .list()
    .filter(({ manifest }) => carriers?.includes(manifest.name) ?? true)
    .flatMap(({ manifest, numbers: { normalize } }) => {
      const spellings = new Set(numbers.map((number) => normalize(number)));
      return [...spellings].map((trackingNumber) => ({ carrier: manifest.name, trackingNumber }));
    });
}
