import type { Tenant } from '../../../kernel/tenant.ts';
import { Filter } from './choices.tsx';
import { useMessages } from './language.ts';
import type { DeskCall } from './visit.ts';

/** Whose things a list shows: the merchant's and mode's; null: everybody's, for operators. */
export function whoseOf({ visitor, query, tenant }: DeskCall): Tenant | null {
  return visitor.power !== null && query.get('of') !== 'current' ? null : tenant;
}

/** What a link of the list repeats, so that it stays with the merchant. */
export function ofWhose(call: DeskCall): Readonly<Record<string, string>> {
  return call.visitor.power !== null && whoseOf(call) !== null ? { of: 'current' } : {};
}

/** For operators: a choice between all merchants and the one they look at. */
export function WhoseFilter({ call, path }: { readonly call: DeskCall; readonly path: string }) {
  const words = useMessages().desk.frame;
  const { visitor } = call;
  if (visitor.power === null) return null;
  const isOfAll = whoseOf(call) === null;
  return (
    <ul class="filters" aria-label={words.merchantAndMode}>
      <Filter href={path} name={words.allMerchants} current={isOfAll} />
      <Filter
        href={`${path}?of=current`}
        name={`${visitor.merchant.name}, ${words.modes[visitor.tenant.mode]}`}
        current={!isOfAll}
      />
    </ul>
  );
}
