import type { Comparison } from '../../tracking/ports/mappings.ts';

/** The most parcels named in a line for people. */
const SHOWN_SAMPLES = 3;
const SHORT_VERSION = 12;

export function shortVersion(version: string | null): string {
  return version === null ? 'as stored' : version.slice(0, SHORT_VERSION);
}

/**
 * Writes a count with its noun.
 *
 * @example counted(1, 'parcel') // '1 parcel'
 */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Returns the changes, made or simulated, as lines for people. */
export function changeLines({
  factsRead,
  factsChanged,
  shipmentsChanged,
  byStatus,
}: Comparison): string[] {
  const summary = `${counted(factsRead, 'fact')} read, ${factsChanged} differently, ${counted(shipmentsChanged, 'parcel')} ${shipmentsChanged === 1 ? 'changes' : 'change'}`;
  return [
    `  ${summary}`,
    ...byStatus.map(({ from, to, facts, shipments, samples }) => {
      const what = from === to ? `${from} (sub_status, text or rule)` : `${from} → ${to}`;
      const some = samples.slice(0, SHOWN_SAMPLES).map(({ tracking_number }) => tracking_number);
      const such = some.length === 0 ? '' : `  such as ${some.join(', ')}`;
      return `  ${what}: ${counted(facts, 'fact')}, ${counted(shipments, 'parcel')}${such}`;
    }),
  ];
}

/** Returns the same changes as members of a JSON object. */
export function changesJson({ factsRead, factsChanged, shipmentsChanged, byStatus }: Comparison) {
  return {
    facts_read: factsRead,
    facts_changed: factsChanged,
    shipments_changed: shipmentsChanged,
    by_status: byStatus,
  };
}
