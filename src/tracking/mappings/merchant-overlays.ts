import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Mapping, MappingProblem } from '../../normalization/index.ts';
import type { OverlayRow } from './mapping-overlays.sql.ts';
import { isBlank, layOverlay } from './overlay-text.ts';

/**
 * Merchants' rules, in memory, which are applied to whatever version is active when a code is read.
 */
export interface MerchantOverlays {
  /** Replaces the texts of these overlays. They are compiled when they are next used. */
  take(overlays: readonly OverlayRow[]): void;
  /**
   * Applies the overlays in use to the version about to become active, so that recording does not
   * have to; resolves when done, or after `PREPARE_MS_MAX` while the rest continues in the
   * background.
   */
  prepare(base: Mapping): Promise<void>;
  /**
   * Returns the base with that merchant's rules; the base itself if it has none, or broken ones.
   */
  over(base: Mapping, merchantId: string): Mapping;
  /**
   * Returns how many overlays of each carrier are broken and therefore not active; absent means
   * none.
   */
  broken(): ReadonlyMap<string, number>;
}

interface MerchantOverlaysDeps {
  /**
   * Called when a merchant's mapping is compiled, because explanations and comparisons will need
   * it.
   */
  readonly onMade: (made: { mapping: Mapping; base: Mapping; merchantId: string }) => void;
  readonly onBroken: (
    carrier: string,
    merchantId: string,
    problems: readonly MappingProblem[],
  ) => void;
}

/**
 * Limit of compiled mappings in memory: some hundred kilobytes each, because rules are shared with
 * the base. An evicted merchant's mapping is compiled again when it is next read.
 */
const MADE_MAX = 300;
/** Longest wait for overlays at a switch: processes must agree within a second. */
const PREPARE_MS_MAX = 300;

interface Made {
  readonly merchantId: string;
  readonly baseVersion: string;
  readonly generation: number;
  readonly mapping: Mapping;
}

/** Creates the merchants' overlays, without any overlay at first. */
export function createMerchantOverlays({
  onMade,
  onBroken,
}: MerchantOverlaysDeps): MerchantOverlays {
  const texts = new Map<string, Map<string, { text: string; generation: number }>>();
  // In order of use: the first is the least recently used.
  const made = new Map<string, Made>();
  // Prepared for the version about to become active; they do not evict mappings still in use.
  const ready = new Map<string, Made>();
  const preparing = new Map<string, string>();
  const broken = new Map<string, Set<string>>();

  const overlayOf = (carrier: string, merchantId: string) => texts.get(carrier)?.get(merchantId);

  /** Applies a merchant's overlay to `base`; if it is broken, reports that and returns `base`. */
  const compileOverlay = (base: Mapping, merchantId: string, text: string): Mapping => {
    const carrier = base.carrier.name;
    const outcome = layOverlay(base, merchantId, text);
    if (outcome.ok) {
      broken.get(carrier)?.delete(merchantId);
      onMade({ mapping: outcome.mapping, base, merchantId });
      return outcome.mapping;
    }
    const known = broken.get(carrier) ?? new Set();
    broken.set(carrier, known.add(merchantId));
    onBroken(carrier, merchantId, outcome.problems);
    return base;
  };

  const prepareAll = async (base: Mapping): Promise<void> => {
    const carrier = base.carrier.name;
    const inUse = [...made.values()].filter(({ mapping }) => mapping.carrier.name === carrier);
    for (const { merchantId } of inUse.reverse()) {
      await yieldToOthers();
      if (preparing.get(carrier) !== base.version) return;
      const overlay = overlayOf(carrier, merchantId);
      const key = `${carrier} ${merchantId}`;
      if (overlay === undefined || fits(made.get(key), base, overlay.generation)) continue;
      const mapping = compileOverlay(base, merchantId, overlay.text);
      const { generation } = overlay;
      ready.set(key, { merchantId, baseVersion: base.version, generation, mapping });
    }
  };

  return {
    async prepare(base) {
      const carrier = base.carrier.name;
      preparing.set(carrier, base.version);
      for (const [key, { mapping }] of ready) {
        if (mapping.carrier.name === carrier) ready.delete(key);
      }
      let timer: NodeJS.Timeout | undefined;
      const longEnough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PREPARE_MS_MAX);
      });
      await Promise.race([prepareAll(base), longEnough]);
      clearTimeout(timer);
    },
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
      const overlay = overlayOf(carrier, merchantId);
      if (overlay === undefined) return base;
      const key = `${carrier} ${merchantId}`;
      const { text, generation } = overlay;
      const known = [made.get(key), ready.get(key)].find((each) => fits(each, base, generation));
      const mapping = known?.mapping ?? compileOverlay(base, merchantId, text);
      if (known !== undefined && known === ready.get(key)) ready.delete(key);
      made.delete(key);
      made.set(key, { merchantId, baseVersion: base.version, generation, mapping });
      for (const oldest of made.keys()) {
        if (made.size <= MADE_MAX) break;
        made.delete(oldest);
      }
      return mapping;
    },
    broken: () => new Map([...broken].map(([carrier, { size }]) => [carrier, size] as const)),
  };
}

/** Whether a compiled mapping is for this base and this generation of the overlay. */
function fits(made: Made | undefined, base: Mapping, generation: number): made is Made {
  return made?.baseVersion === base.version && made.generation === generation;
}
