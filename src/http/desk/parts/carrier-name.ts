import { useMessages } from '../../console/parts/language.ts';
import { nameOfCarrier } from '../settings/carrier-form.ts';
import type { DeskDeps } from '../visit.ts';

/** What carriers are called on a page: those of the world by their names, one's own couriers in its language. */
export function useCarrierNames(deps: Pick<DeskDeps, 'parts'>): (carrier: string) => string {
  const { ownCouriers } = useMessages().desk.frame;
  return (carrier) => {
    const isOwn = deps.parts.adapters.get(carrier)?.manifest.capabilities.includes('scans');
    return isOwn ? ownCouriers : nameOfCarrier(deps, carrier);
  };
}
