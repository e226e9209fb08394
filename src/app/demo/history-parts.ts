import type { CodeMatch, Registry } from '../../adapters/index.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import type { HistoryParts } from './demo-parcel.ts';
import { codesFor, readDemoServices } from './demo-service.ts';
import { readWorld } from './world.ts';

/** What the demo history is planned from: this hub's carriers and their mappings. */
export function historyParts(
  registry: Registry,
  { mapping }: Pick<TrackingDeps, 'mapping'>,
): HistoryParts {
  const found = new Map<string, CodeMatch | null>();
  return {
    world: readWorld(),
    services: readDemoServices(registry.list().map(({ manifest }) => manifest.name)),
    codes({ carrier, name, with: within }, { status, reason, milestone }) {
      const key = [carrier, name, status, reason, milestone].join('\n');
      const known = found.get(key);
      if (known !== undefined) return known;
      const active = mapping(carrier);
      const codes = active && codesFor(active, within, { status, reason, milestone });
      found.set(key, codes);
      return codes;
    },
    fits: ({ carrier }, number) =>
      registry
        .get(carrier)
        ?.numbers.recognise(number)
        .some(({ checkDigit }) => checkDigit !== 'invalid') ?? false,
  };
}
