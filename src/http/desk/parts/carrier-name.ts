import { useWords } from '../../console/parts/language.ts';
import { nameOfCarrier } from '../settings/carrier-form.ts';
import type { DeskDeps } from '../visit.ts';
import { FRAME } from '../words/frame.ts';

/** What carriers are called on a page: those of the world by their names, one's own couriers in its language. */
export function useCarrierNames(deps: Pick<DeskDeps, 'parts'>): (carrier: string) => string {
  const { ownCouriers } = useWords(FRAME);
  return (carrier) => {
    const isOwn = deps.parts.adapters.get(carrier)?.manifest.capabilities.includes('scans');
    return isOwn ? ownCouriers : nameOfCarrier(deps, carrier);
  };
}
