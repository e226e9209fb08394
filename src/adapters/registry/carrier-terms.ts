import type { Retention } from '../../platform/settings/retention.ts';
import type { AdapterManifest } from '../contract/contract.ts';

const DAY_MS = 86_400_000;

/** How long after its delivery a carrier's parcel may be retained. */
export interface CarrierTerm {
  readonly carrier: string;
  readonly retentionMs: number;
  /** The source: the carrier's terms, or the operator's setting that replaces them. */
  readonly source: 'terms' | 'setting';
}

type Carriers = readonly { readonly manifest: Pick<AdapterManifest, 'name' | 'retention'> }[];

/** Of the carriers that set one; the operator's word counts before the adapter's. */
export function carrierTerms(
  carriers: Carriers,
  { carriersMs }: Pick<Retention, 'carriersMs'>,
): CarrierTerm[] {
  return carriers.flatMap(({ manifest: { name: carrier, retention } }): CarrierTerm[] => {
    const set = carriersMs.get(carrier);
    if (set !== undefined)
      return set === null ? [] : [{ carrier, retentionMs: set, source: 'setting' }];
    const days = retention.deleteDaysAfterDelivery;
    return days === null ? [] : [{ carrier, retentionMs: days * DAY_MS, source: 'terms' }];
  });
}

/** Those in the table of periods that are not installed: most likely misspelt. */
export function unknownCarriers(
  carriers: Carriers,
  { carriersMs }: Pick<Retention, 'carriersMs'>,
): string[] {
  const known = new Set(carriers.map(({ manifest }) => manifest.name));
  return [...carriersMs.keys()].filter((carrier) => !known.has(carrier));
}
