import {
  carriersCalled,
  type Registry,
  type ShipmentCarrier,
  shipmentCarrier,
} from '../../../adapters/index.ts';
import { closest } from '../../../kernel/closest.ts';
import { invalidMember } from '../../kit/validation.ts';
import { aftershipWords } from './subtags.ts';

/** AfterShip's name of a carrier; one that it does not have keeps ours. */
export function aftershipName(carrier: string): string {
  return aftershipWords().nameOf(carrier) ?? carrier;
}

/** Returns the carrier that AfterShip or this hub calls so; undefined if none can be tracked. */
export function carrierNamed(registry: Registry, slug: string): ShipmentCarrier | undefined {
  const own = shipmentCarrier(registry, slug);
  if (own !== undefined) return own;
  const [listed] = aftershipWords()
    .carriersNamed(slug)
    .flatMap((name) => shipmentCarrier(registry, name) ?? []);
  const [called = '', ...others] = carriersCalled(registry, slug);
  return listed ?? (others.length > 0 ? undefined : shipmentCarrier(registry, called));
}

/** The same; throws a 400 about `pointer` that lists the known names. */
export function requiredCarrier(
  registry: Registry,
  slug: string,
  pointer = '/slug',
): ShipmentCarrier {
  const carrier = carrierNamed(registry, slug);
  if (carrier !== undefined) return carrier;
  const names = registry.carriers().map(({ manifest }) => aftershipName(manifest.name));
  throw invalidMember(pointer, 'shipments.noSuchCarrier', {
    'shipments.useKnownCarrier': { meant: closest(slug, names) ?? 'none', names: names.join(', ') },
  });
}
