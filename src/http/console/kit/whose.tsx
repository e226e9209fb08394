import { isUuid } from '../../../kernel/ids.ts';
import { MODES, type Tenant } from '../../../kernel/tenant.ts';
import { Filter } from './choices.tsx';
import { useMessages } from './language.ts';
import type { DeskCall } from './visit.ts';

/**
 * Whose things a list shows: the merchant's and mode's; null: everybody's, for operators. They
 * choose theirs by `?of=current`, or another's by its id and mode.
 */
export function whoseOf({ visitor, query, tenant }: DeskCall): Tenant | null {
  if (visitor.power === null) return tenant;
  const of = query.get('of');
  if (of === 'current') return tenant;
  const [merchantId = '', mode] = of?.split('.') ?? [];
  const known = MODES.find((each) => each === mode);
  return isUuid(merchantId) && known !== undefined ? { merchantId, mode: known } : null;
}

/** What a link of the list repeats, so that it stays with the merchant. */
export function ofWhose(call: DeskCall): Readonly<Record<string, string>> {
  const of = call.query.get('of');
  return call.visitor.power !== null && of !== null && whoseOf(call) !== null ? { of } : {};
}

/** Whether a list shows only what the user's forms can change. */
export function isOfCurrent(call: DeskCall): boolean {
  const whose = whoseOf(call);
  return whose?.merchantId === call.tenant.merchantId && whose.mode === call.tenant.mode;
}

/** The cases of one merchant, for operators. */
export function casesPath({ merchantId, mode }: Tenant, show: 'open' | 'overdue'): string {
  return `/console/exceptions?show=${show}&of=${merchantId}.${mode}`;
}

/** For operators: a choice between all merchants and the one they look at. */
export function WhoseFilter({ call, path }: { readonly call: DeskCall; readonly path: string }) {
  const words = useMessages().desk.frame;
  const { visitor } = call;
  if (visitor.power === null) return null;
  const whose = whoseOf(call);
  const isOther = whose !== null && !isOfCurrent(call);
  const other = visitor.memberships.find(({ tenant }) => tenant.merchantId === whose?.merchantId);
  return (
    <ul class="filters" aria-label={words.merchantAndMode}>
      <Filter href={path} name={words.allMerchants} current={whose === null} />
      <Filter
        href={`${path}?of=current`}
        name={`${visitor.merchant.name}, ${words.modes[visitor.tenant.mode]}`}
        current={isOfCurrent(call)}
      />
      {isOther && (
        <Filter
          href={`${path}?of=${whose.merchantId}.${whose.mode}`}
          name={`${other?.name ?? whose.merchantId}, ${words.modes[whose.mode]}`}
          current
        />
      )}
    </ul>
  );
}
