import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { DeskCall } from '../visit.ts';

/** The shipment that a page's address names. Throws when it names none. */
export function idOf(call: DeskCall): string {
  const id = call.param('id').toLowerCase();
  if (isUuid(id)) return id;
  throw noSuchShipment();
}

export function noSuchShipment(): Problem {
  return new Problem('not_found', 'There is no such shipment. It may be of the other mode.');
}
