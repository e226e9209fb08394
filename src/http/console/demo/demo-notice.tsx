import { DEMO_TENANT, isDemo, type Tenant } from '../../../kernel/tenant.ts';
import { type DemoState, findDemo } from '../../../merchants/index.ts';
import { useMessages } from '../kit/language.ts';
import type { DeskDeps, DeskVisitor } from '../kit/visit.ts';
import { SwitchTo } from '../kit/whose.tsx';

export const DEMO_AT = '/console/demo';

/** Whether there is a demo that the visitor may look at, and remove. */
export function seesDemo({ memberships }: Pick<DeskVisitor, 'memberships'>): boolean {
  return memberships.some(({ tenant }) => isDemo(tenant));
}

/** The state of the demo; null: there is none that the visitor may look at. */
export async function demoStateFor(
  { members }: Pick<DeskDeps, 'members'>,
  visitor: DeskVisitor,
): Promise<DemoState | null> {
  return seesDemo(visitor) ? ((await findDemo(members.db.pipeline))?.demoState ?? null) : null;
}

interface NoticeProps {
  readonly visitor: DeskVisitor;
  readonly state: DemoState | null;
}

/** At another merchant: says that there are invented parcels, and leads to them; or nothing. */
export function DemoNotice({ visitor, state }: NoticeProps) {
  const words = useMessages().desk.demo;
  if (state === null || isDemo(visitor.tenant)) return null;
  return (
    <div class="notice row">
      <span>{words.elsewhereNotice}</span>
      <ToggleDemo visitor={visitor} />
      <a href={DEMO_AT}>{words.manage}</a>
    </div>
  );
}

/** Id of the rule, which describes the forms it disables. */
export const DEMO_RULE_ID = 'demo-rule';

interface RuleProps extends Pick<NoticeProps, 'visitor'> {
  /** The same page of the own merchant. */
  readonly next: string | undefined;
}

/**
 * On pages of the demo with settings: what can be changed in the demo; on a phone also the way out
 * of it, for which the header has no room.
 */
export function DemoRule({ visitor, next }: RuleProps) {
  const words = useMessages().desk.demo;
  const own = ownOf(visitor);
  return (
    <div class="notice info row">
      <span id={DEMO_RULE_ID}>{words.rule}</span>
      {own && (
        <div class="phone-only">
          <SwitchTo {...{ tenant: own, label: words.toOwn, ...(next && { next }) }} />
        </div>
      )}
    </div>
  );
}

/** In the header of every page of the demo: says that its parcels are invented, with the way back. */
export function DemoMark({ visitor }: Pick<NoticeProps, 'visitor'>) {
  const words = useMessages().desk.demo;
  return (
    <div class="demo-mark">
      <a class="test-mode" href={DEMO_AT} title={words.hereNotice}>
        {words.title}
      </a>
      <ToggleDemo visitor={visitor} />
    </div>
  );
}

interface ToggleProps extends Pick<NoticeProps, 'visitor'> {
  readonly kind?: 'primary' | 'quiet';
}

/** A button that opens the demo, or from there leads back to the merchant and mode before it. */
export function ToggleDemo({ visitor, kind = 'quiet' }: ToggleProps) {
  const words = useMessages().desk.demo;
  if (!isDemo(visitor.tenant)) {
    return <SwitchTo {...{ tenant: DEMO_TENANT, label: words.open, kind }} />;
  }
  const own = ownOf(visitor);
  return own === null ? null : <SwitchTo tenant={own} label={words.leave} />;
}

/** What the visitor looked at before the demo, or the first merchant that is theirs. Pure. */
function ownOf({
  memberships,
  power,
  beforeDemo = null,
}: Pick<DeskVisitor, 'memberships' | 'power' | 'beforeDemo'>): Tenant | null {
  const all = memberships.map(({ tenant }) => tenant).filter((tenant) => !isDemo(tenant));
  // Operators may look at more merchants than are listed.
  const isOpen =
    power !== null || all.some(({ merchantId }) => merchantId === beforeDemo?.merchantId);
  return isOpen && beforeDemo !== null ? beforeDemo : (all[0] ?? null);
}
