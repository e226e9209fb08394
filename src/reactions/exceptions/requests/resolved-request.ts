import type { ShipmentNews } from '../../../tracking/index.ts';
import type { WishRow } from './requests.sql.ts';

/**
 * What became of a wish, once and for all: a carrier or a person does it, or nobody will. What it
 * says stays sealed; whoever tells the recipient of it reads it there.
 */
export interface SettledWish extends Pick<WishRow, 'id' | 'kind' | 'actor'> {
  readonly state: Extract<WishRow['state'], 'taken' | 'done' | 'refused'>;
}

/** For whoever follows the log. */
export function wishNews({ id, kind, actor, state }: SettledWish): ShipmentNews {
  return { type: 'shipment.wish_settled', also: { wish: { id, kind, state, made_by: actor } } };
}
