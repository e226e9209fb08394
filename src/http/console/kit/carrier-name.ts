import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { useMessages } from './language.ts';
import type { DeskDeps } from './visit.ts';

/**
 * Display names of carriers: real ones by their names, the merchant's own couriers in the page's
 * language.
 */
export function useCarrierNames(deps: Pick<DeskDeps, 'parts'>): (carrier: string) => string {
  const { ownCouriers } = useMessages().desk.frame;
  return (carrier) => {
    const isOwn = deps.parts.adapters.get(carrier)?.manifest.capabilities.includes('scans');
    return isOwn ? ownCouriers : nameOfCarrier(deps, carrier);
  };
}
