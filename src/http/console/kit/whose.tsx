import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { isUuid } from '../../../kernel/ids.ts';
import { isDemo, MODES, type Mode, type Tenant } from '../../../kernel/tenant.ts';
import { useMerchantNames, useMessages } from './language.ts';
import { Action, ModeName, Tag } from './pieces.tsx';
import type { DeskCall, DeskVisitor } from './visit.ts';

/** The value of `?of=` for all merchants. */
export const ALL = 'all';

/**
 * Whose things a list shows: those of the merchant and mode that the reader looks at; null:
 * everybody's, which operators can choose.
 */
export function whoseOf({ visitor, query, tenant }: DeskCall): Tenant | null {
  return visitor.power !== null && query.get('of') === ALL ? null : tenant;
}

/** The query parameters that links within a list repeat, so that it stays with all merchants. */
export function ofWhose(call: DeskCall): Readonly<Record<string, string>> {
  return whoseOf(call) === null ? { of: ALL } : {};
}

/** Whose cases are shown: as in other lists, or those of the merchant that an operator chose. */
export function casesOf(call: DeskCall): Tenant | null {
  return otherOf(call) ?? whoseOf(call);
}

/** The same for links within the list of cases. */
export function ofCases(call: DeskCall): Readonly<Record<string, string>> {
  const other = otherOf(call);
  return other === null ? ofWhose(call) : { of: textOf(other) };
}

/** The merchant and mode in `?of=<id>.<mode>`; null: none, or the reader is no operator. */
function otherOf({ visitor, query }: DeskCall): Tenant | null {
  const [merchantId = '', text] = query.get('of')?.split('.') ?? [];
  const mode = MODES.find((each) => each === text);
  const isKnown = visitor.power !== null && isUuid(merchantId) && mode !== undefined;
  return isKnown ? { merchantId, mode } : null;
}

const textOf = ({ merchantId, mode }: Tenant) => `${merchantId}.${mode}`;

/** Whether a list shows only what the reader's forms can change. */
export function isOfCurrent({ tenant }: DeskCall, whose: Tenant | null): boolean {
  return whose?.merchantId === tenant.merchantId && whose.mode === tenant.mode;
}

/** The most merchants whose open cases are named one by one; a total has all. */
export const MERCHANTS_NAMED = 5;

/** The cases of one merchant, for operators. */
export function casesPath(tenant: Tenant, show: 'open' | 'overdue'): string {
  return `/console/exceptions?show=${show}&of=${textOf(tenant)}`;
}

interface MerchantNameProps {
  readonly call: DeskCall;
  readonly slug: string;
  readonly mode: Mode;
}

/** A merchant by its name, and the mode. */
export function MerchantName({ call, slug, mode }: MerchantNameProps) {
  const nameOf = useMerchantNames();
  const known = call.visitor.memberships.find((each) => each.slug === slug);
  return (
    <>
      {known ? nameOf(known.name) : slug} <span class="soft">· </span>
      <ModeName mode={mode} />
    </>
  );
}

const PageMode = createContext<Mode>('live');

/** Provides the mode that the header of the page names. */
export const PageModeIn = PageMode.Provider;

/** The mode of an entry in a list of both modes; nothing if it is the mode of the page. */
export function TestTag({ mode, isMixed }: { readonly mode: Mode; readonly isMixed: boolean }) {
  const { modes } = useMessages().desk.frame;
  const isOfPage = mode === useContext(PageMode);
  return isMixed && !isOfPage ? <Tag tone="warn">{modes[mode]}</Tag> : null;
}

interface SwitchToProps {
  readonly tenant: Tenant;
  readonly label: string;
  /** The page that follows. Default: Home. */
  readonly next?: string;
  readonly kind?: 'primary' | 'quiet';
}

/** A button that shows another merchant from now on. */
export function SwitchTo({ tenant, label, next = '/console', kind = 'quiet' }: SwitchToProps) {
  return (
    <Action
      {...{ to: '/console/switch', label, kind }}
      fields={{ of: `${tenant.merchantId} ${tenant.mode}`, next }}
    />
  );
}

/** Says that opening a page changed the merchant, with the way back. */
export function NowAt({ visitor }: { readonly visitor: DeskVisitor }) {
  const { frame, demo } = useMessages().desk;
  const nameOf = useMerchantNames();
  const { cameFrom: before, merchant, tenant } = visitor;
  if (before === undefined) return null;
  return (
    <div class="row">
      {frame.nowAt({ merchant: `${nameOf(merchant.name)}, ${frame.modes[tenant.mode]}` })}
      <SwitchTo
        tenant={before.tenant}
        label={demo.back({
          name: `${nameOf(before.merchant.name)}, ${frame.modes[before.tenant.mode]}`,
        })}
      />
    </div>
  );
}

interface WhoseProps {
  readonly call: DeskCall;
  readonly path: string;
  /** What is shown, where it can be another merchant's. */
  readonly whose?: Tenant | null;
}

/**
 * For operators: a switcher between all merchants and the one they look at, named by what is shown.
 * Nothing where that is the only one, or the demo.
 */
export function WhoseFilter({ call, path, whose = whoseOf(call) }: WhoseProps) {
  const { desk, shipmentPage } = useMessages();
  const words = desk.frame;
  const { visitor } = call;
  const isAlone = visitor.memberships.length < 2 || isDemo(visitor.tenant);
  if (visitor.power === null || (isAlone && isOfCurrent(call, whose))) return null;
  const other = visitor.memberships.find(({ tenant }) => tenant.merchantId === whose?.merchantId);
  const shownName = useMerchantNames();
  const nameOf = (merchant: string, mode: Mode) => `${shownName(merchant)} · ${words.modes[mode]}`;
  const scopes = [
    { of: ALL, name: words.allMerchants, isShown: whose === null },
    {
      of: null,
      name: nameOf(visitor.merchant.name, visitor.tenant.mode),
      isShown: isOfCurrent(call, whose),
    },
  ];
  if (whose !== null && !isOfCurrent(call, whose)) {
    const name = nameOf(other?.name ?? whose.merchantId, whose.mode);
    scopes.push({ of: textOf(whose), name, isShown: true });
  }
  return (
    <div class="chips">
      <details class="menu">
        <summary>
          {`${shipmentPage.headline.merchant}: ${scopes.find(({ isShown }) => isShown)?.name}`}
        </summary>
        <ul class="sheet links">
          {scopes.map(({ of, name, isShown }) => (
            <li key={name}>
              <a
                href={of === null ? path : `${path}?of=${of}`}
                aria-current={isShown ? 'true' : undefined}
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
