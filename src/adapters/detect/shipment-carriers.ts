import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import type { AdapterManifest, CarrierAdapter } from '../contract/contract.ts';
import type { Registry } from '../registry/registry.ts';
import { type CatalogueCarrier, reachOf, shippedCatalogue } from './catalogue.ts';

/** What a shipment needs of its carrier, which a carrier without an adapter has as well. */
export interface ShipmentCarrier extends Pick<CarrierAdapter, 'numbers' | 'scans'> {
  readonly manifest: Pick<AdapterManifest, 'name' | 'displayName' | 'role' | 'publicTrackingUrl'>;
}

/**
 * Returns a carrier whose parcels can be tracked here: by its adapter, or through an installed
 * bridge that knows it.
 */
export function shipmentCarrier(registry: Registry, name: string): ShipmentCarrier | undefined {
  const adapter = registry.get(name);
  if (adapter !== undefined) return adapter.manifest.role === 'bridge' ? undefined : adapter;
  const listed = shippedCatalogue().get(name);
  return listed !== undefined && reachOf(registry, listed) === 'bridge'
    ? bridgedCarrier(listed)
    : undefined;
}

/** The ids of all carriers that `shipmentCarrier` returns: those with an adapter first. */
export function shipmentCarrierIds(registry: Registry): readonly string[] {
  const bridged = shippedCatalogue()
    .list()
    .filter((listed) => reachOf(registry, listed) === 'bridge');
  return [
    ...registry.carriers().map(({ manifest }) => manifest.name),
    ...bridged.map(({ id }) => id),
  ];
}

/** The name of a carrier as people write it; its id, if neither adapter nor catalogue knows it. */
export function carrierName(registry: Pick<Registry, 'get'>, id: string): string {
  return registry.get(id)?.manifest.displayName ?? shippedCatalogue().get(id)?.name ?? id;
}

/** The carrier's own page about a parcel, in which `{number}` is replaced; null: none is known. */
export function trackingPageOf(registry: Pick<Registry, 'get'>, id: string): string | null {
  const adapter = registry.get(id);
  return adapter === undefined
    ? (shippedCatalogue().get(id)?.page ?? null)
    : adapter.manifest.publicTrackingUrl;
}

function bridgedCarrier({ id, name, page }: CatalogueCarrier): ShipmentCarrier {
  return {
    manifest: { name: id, displayName: name, publicTrackingUrl: page },
    numbers: {
      normalize: bareNumber,
      recognise: (number) =>
        shippedCatalogue()
          .recognise(number)
          .flatMap(({ carrier, candidate }) => (carrier.id === id ? [candidate] : [])),
    },
  };
}
