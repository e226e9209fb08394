import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { DeskCall } from '../kit/visit.ts';

/** The shipment id in a page's URL. Throws when it is none: then there is no such page. */
export function idOf(call: DeskCall): string {
  const id = call.param('id').toLowerCase();
  if (isUuid(id)) return id;
  throw new Problem('not_found', 'requests.pathNotFound', { fix: 'desk.searchOrChoosePage' });
}

export function noSuchShipment(): Problem {
  return new Problem('not_found', 'desk.noSuchShipment', { fix: 'desk.findParcel' });
}
