import { Problem } from '../../../../kernel/errors.ts';
import { isUuid } from '../../../../kernel/ids.ts';
import type { Tenant } from '../../../../kernel/tenant.ts';
import type { Exceptions } from '../../../../reactions/exceptions/index.ts';

/** The tenant of a case; throws when the case does not exist. */
export async function tenantOf(exceptions: Exceptions, id: string): Promise<Tenant> {
  const tenant = isUuid(id) ? await exceptions.tenantOf(id.toLowerCase()) : null;
  if (tenant === null) throw new Problem('not_found', 'operators.noSuchCase');
  return tenant;
}
