import type { DeskCall, DeskDeps, DeskFormCall } from '../../../http/console/kit/visit.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { Courier } from '../../couriers/index.ts';
import { AT, pathOf } from './list-page.tsx';

/**
 * The courier with a public id, by default that of the page's path. Throws `Problem` (404) for one
 * that the visitor may not see.
 */
export async function courierOf(
  { couriers }: Pick<FleetParts, 'couriers'>,
  { param, visitor, tenant }: DeskCall,
  publicId = param('id'),
): Promise<Courier> {
  const id = uuidOfWireId('courier', publicId);
  const found = id === null ? null : await couriers.findAny(id);
  const isTheirs = found?.merchantId === tenant.merchantId && found.mode === tenant.mode;
  if (found === null || !(isTheirs || visitor.power !== null))
    throw new Problem('not_found', 'dispatch.noSuchCourier');
  return found;
}

export function tenantOf({ merchantId, mode }: Courier): Tenant {
  return { merchantId, mode };
}

/** The slugs of all merchants by id. */
export async function merchantNames(deps: DeskDeps): Promise<ReadonlyMap<string, string>> {
  const all = await visibleMerchants(deps.parts.db.pipeline);
  return new Map(all.map(({ id, slug }) => [id, slug]));
}

/** The path of the page on which a form stood: the list, or the courier's own. */
export function backTo({ form }: DeskFormCall, courier: Courier): string {
  return form.get('from') === 'list' ? AT : pathOf(courier);
}

/** Records what was done with a courier. */
export async function recordAction(
  { parts }: DeskDeps,
  { visitor, note }: DeskFormCall,
  { id }: Courier,
  what: string,
): Promise<void> {
  parts.log.info({ courier_id: id, actor_id: visitor.actor.id }, what);
  await note(wireId('courier', id));
}
