import { DEMO_TENANT, isDemo } from '../../../kernel/tenant.ts';
import { useMessages } from '../kit/language.ts';
import type { DeskVisitor } from '../kit/visit.ts';
import { SwitchTo } from '../kit/whose.tsx';

export const DEMO_AT = '/console/demo';

/** Whether there is a demo that the visitor may look at, and remove. */
export function seesDemo({ memberships }: Pick<DeskVisitor, 'memberships'>): boolean {
  return memberships.some(({ tenant }) => isDemo(tenant));
}

/** Says that the parcels on a page are invented, or that there are such parcels; or nothing. */
export function DemoNotice({ visitor }: { readonly visitor: DeskVisitor }) {
  const words = useMessages().desk.demo;
  if (!seesDemo(visitor)) return null;
  return (
    <div class="notice row">
      <span>{isDemo(visitor.tenant) ? words.hereNotice : words.elsewhereNotice}</span>
      <ToggleDemo visitor={visitor} />
      <a href={DEMO_AT}>{words.manage}</a>
    </div>
  );
}

/** A button that opens the demo, or from there the visitor's own merchant. */
export function ToggleDemo({ visitor }: { readonly visitor: DeskVisitor }) {
  const words = useMessages().desk.demo;
  const own = visitor.memberships.find(({ tenant }) => !isDemo(tenant));
  if (!isDemo(visitor.tenant)) return <SwitchTo tenant={DEMO_TENANT} label={words.open} />;
  return own === undefined ? null : (
    <SwitchTo tenant={own.tenant} label={words.back({ name: own.name })} />
  );
}
