import type { Mapping, MappingProblem } from '../../normalization/index.ts';
import type { OverlayRow } from './mapping-overlays.sql.ts';
import { isBlank, layOverlay } from './overlay-text.ts';

/** Merchants' rules, held in memory and laid over whatever is in force when somebody reads. */
export interface MerchantOverlays {
  /** Takes on what has changed. */
  take(overlays: readonly OverlayRow[]): void;
  /** The base with that merchant's rules; the base itself where there are none, or broken ones. */
  over(base: Mapping, merchantId: string): Mapping;
  /** How many overlays of a carrier are not in force; 0 or absent: none. */
  broken(): ReadonlyMap<string, number>;
}

export interface MerchantOverlaysDeps {
  /** A mapping of a merchant was made: whoever explains or compares will ask for it. */
  readonly onMade: (mapping: Mapping, base: Mapping) => void;
  readonly onBroken: (
    carrier: string,
    merchantId: string,
    problems: readonly MappingProblem[],
  ) => void;
}

/**
 * Compiled mappings held: some hundred kilobytes each, because rules are shared with the base. A
 * merchant that falls out is compiled again when it reads next.
 */
const MADE_MAX = 300;

interface Made {
  readonly baseVersion: string;
  readonly generation: number;
  readonly mapping: Mapping;
}

export function createMerchantOverlays({
  onMade,
  onBroken,
}: MerchantOverlaysDeps): MerchantOverlays {
  const texts = new Map<string, Map<string, { text: string; generation: number }>>();
  // In the order of use: the first is the one that was not used for longest.
  const made = new Map<string, Made>();
  const broken = new Map<string, Set<string>>();

  const make = (base: Mapping, merchantId: string, text: string): Mapping => {
    const carrier = base.carrier.name;
    const outcome = layOverlay(base, merchantId, text);
    if (outcome.ok) {
      broken.get(carrier)?.delete(merchantId);
      onMade(outcome.mapping, base);
      return outcome.mapping;
    }
    const known = broken.get(carrier) ?? new Set();
    broken.set(carrier, known.add(merchantId));
    onBroken(carrier, merchantId, outcome.problems);
    return base;
  };

  return {
    take(overlays) {
      for (const { carrier, merchantId, text, generation } of overlays) {
        if (merchantId === null) continue;
        const ofCarrier = texts.get(carrier) ?? new Map();
        texts.set(carrier, ofCarrier);
        if (isBlank(text)) ofCarrier.delete(merchantId);
        else ofCarrier.set(merchantId, { text, generation });
        broken.get(carrier)?.delete(merchantId);
      }
    },
    over(base, merchantId) {
      const carrier = base.carrier.name;
      const overlay = texts.get(carrier)?.get(merchantId);
      if (overlay === undefined) return base;
      const key = `${carrier} ${merchantId}`;
      const { text, generation } = overlay;
      const known = made.get(key);
      const fits = known?.baseVersion === base.version && known.generation === generation;
      const mapping = fits ? known.mapping : make(base, merchantId, text);
      made.delete(key);
      made.set(key, { baseVersion: base.version, generation, mapping });
      for (const oldest of made.keys()) {
        if (made.size <= MADE_MAX) break;
        made.delete(oldest);
      }
      return mapping;
    },
    broken: () => new Map([...broken].map(([carrier, { size }]) => [carrier, size] as const)),
  };
}
