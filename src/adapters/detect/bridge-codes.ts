import { BRIDGES, type Catalogue, shippedCatalogue } from './catalogue.ts';

/** What bridges call carriers. */
export interface BridgeCodes {
  /** Our id of the carrier that a bridge calls so; null: none is known. */
  carrierOf(bridge: string, code: string): string | null;
  /** The code to register a carrier's parcels with; null: the bridge has to detect the carrier. */
  codeOf(bridge: string, carrier: string): string | null;
}

/**
 * Creates the look-up of a catalogue, which is read at its first use. Bridges that the catalogue
 * does not list, such as those of other packages, use our ids.
 *
 * @param isInstalled whether a carrier that the catalogue lacks has an adapter
 */
export function bridgeCodes(
  isInstalled: (carrier: string) => boolean,
  catalogue: () => Pick<Catalogue, 'get' | 'list'> = shippedCatalogue,
): BridgeCodes {
  let carriers: ReadonlyMap<string, string> | null = null;
  const isListed = (bridge: string) => LISTED.has(bridge);
  return {
    carrierOf(bridge, code) {
      if (isListed(bridge)) {
        carriers ??= carriersByCode(catalogue());
        return carriers.get(keyOf(bridge, code)) ?? null;
      }
      return isInstalled(code) || catalogue().get(code) !== undefined ? code : null;
    },
    codeOf(bridge, carrier) {
      if (!isListed(bridge)) return carrier;
      const all = Object.entries(catalogue().get(carrier)?.codes ?? {});
      return all.find(([name]) => name === bridge)?.[1]?.[0] ?? null;
    },
  };
}

const LISTED: ReadonlySet<string> = new Set(BRIDGES);

function carriersByCode({ list }: Pick<Catalogue, 'list'>): ReadonlyMap<string, string> {
  return new Map(
    list().flatMap(({ id, codes }) =>
      Object.entries(codes).flatMap(([bridge, all]) =>
        (all ?? []).map((code): [string, string] => [keyOf(bridge, code), id]),
      ),
    ),
  );
}

/** Bridges write a code in capitals in one place and in small letters in another. */
function keyOf(bridge: string, code: string): string {
  return `${bridge} ${code.toLowerCase()}`;
}
