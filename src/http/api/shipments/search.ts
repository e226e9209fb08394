import type { Registry } from '../../../adapters/index.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { beginningsOf, type ShipmentSearch, type TrackingDeps } from '../../../tracking/index.ts';

/**
 * Interprets a search text: an id, the recipient's mail, phone or name, or the beginning of an
 * order, a reference, a tag, or a number in its carrier's spelling.
 *
 * @param people null: the caller may not search for people.
 */
export function searchOf(
  registry: Registry,
  people: TrackingDeps['people'],
  tenant: Tenant,
  text: string,
): ShipmentSearch {
  const spelled = registry.list().map(({ numbers }) => numbers.normalize(text));
  const numbers = spelled.filter((number) => number !== '');
  return {
    id: isUuid(text) ? text.toLowerCase() : null,
    terms: beginningsOf([text, ...numbers], people?.ofText(tenant, text) ?? []),
  };
}
