import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { assignedAt, heldByCourier } from '../../api/deliveries/outcomes.ts';
import { noSuchDelivery } from '../../api/deliveries/read-delivery.ts';
import {
  assignDelivery,
  type DeliveryExplanation,
  explainDelivery,
  reassignDelivery,
  unassignDelivery,
  type ViewDeps,
} from '../../deliveries/index.ts';

/**
 * Reads a delivery with its explanation. Throws the same 404 for another tenant's delivery as for
 * an unknown one.
 */
export async function explanationOr404(
  deliveries: ViewDeps,
  tenant: Tenant,
  id: string,
): Promise<DeliveryExplanation> {
  const found = await explainDelivery(deliveries, tenant, id);
  if (found === null) throw noSuchDelivery();
  return found;
}

/**
 * Assigns a delivery to the courier named in the form, or has it offered again when none is
 * named; returns which. Throws `Problem` when that is not possible.
 *
 * @param by who decides: `operator` or `member`, and an id; for the log.
 */
export async function assignByForm(
  { deliveries, log }: { readonly deliveries: ViewDeps; readonly log: Logger },
  tenant: Tenant,
  id: string,
  { form, by }: { readonly form: URLSearchParams; readonly by: string },
): Promise<'delivery_assigned' | 'delivery_offered'> {
  const { view } = await explanationOr404(deliveries, tenant, id);
  const done = await assignOrUnassign(deliveries, tenant, id, {
    to: form.get('courier') ?? '',
    isOpen: view.row.state === 'open',
  });
  log.info(
    { delivery_id: wireId('delivery', id), merchant_id: tenant.merchantId, by, done },
    'a delivery was assigned, or offered again, by hand',
  );
  return done;
}

async function assignOrUnassign(
  deliveries: ViewDeps,
  tenant: Tenant,
  id: string,
  { to, isOpen }: { readonly to: string; readonly isOpen: boolean },
): Promise<'delivery_assigned' | 'delivery_offered'> {
  if (to === '') {
    const from = { from: null, why: 'dispatcher' as const };
    const { kind } = await unassignDelivery(deliveries, tenant, id, from);
    if (kind === 'held') throw heldByCourier();
    if (kind === 'not_found') throw noSuchDelivery();
    if (kind === 'not_assigned') {
      throw new Problem('conflict', 'dispatch.noLongerAssigned', {
        fix: 'dispatch.recheckDelivery',
      });
    }
    return 'delivery_offered';
  }
  const courierId = uuidOfWireId('courier', to);
  if (courierId === null) {
    throw invalidMember('/courier', 'dispatch.noSuchCourier', 'dispatch.chooseFromList');
  }
  const outcome = isOpen
    ? await assignDelivery(deliveries, tenant, id, { courierId, how: 'dispatcher' })
    : await reassignDelivery(deliveries, tenant, id, courierId);
  assignedAt(outcome);
  return 'delivery_assigned';
}
