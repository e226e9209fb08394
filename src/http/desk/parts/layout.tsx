import type { ComponentChildren } from 'preact';
import { type MemberPower, mayDo } from '../../../merchants/index.ts';
import { Frame } from '../../console/parts/frame.tsx';
import { SetupBar } from '../setup/setup-bar.tsx';
import type { SetupStep } from '../setup/steps.ts';
import type { DeskDeps, DeskVisitor } from '../visit.ts';

interface DeskLayoutProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: DeskVisitor | null;
  readonly at?: string;
  readonly notice?: string | null;
  /** Of a page that is visited as this step of the setup. */
  readonly setup?: SetupStep | null;
  /** Of a page that has one. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

const SECTIONS: readonly (readonly [path: string, name: string, needs: MemberPower])[] = [
  ['/console/shipments', 'Shipments', 'shipments:see'],
  ['/console/analytics', 'Analytics', 'analytics:see'],
  ['/console/import', 'Import', 'shipments:change'],
  ['/console/setup', 'Setup', 'settings:manage'],
  ['/console/webhooks', 'Webhooks', 'webhooks:manage'],
  ['/console/keys', 'API keys', 'keys:manage'],
  ['/console/members', 'Members', 'members:manage'],
  ['/console/security', 'Sign-in', 'members:manage'],
  ['/console/actions', 'Audit', 'actions:see'],
  ['/console/password', 'Password', 'self:manage'],
  ['/console/second-factor', 'Second step', 'self:manage'],
];

/** The frame of every page of the desk. */
export function DeskLayout(props: DeskLayoutProps) {
  const { deps, title, visitor, at, notice, setup, script, children } = props;
  const sections =
    visitor === null ? null : SECTIONS.filter(([, , needs]) => mayDo(visitor.role, needs));
  return (
    <Frame
      assets={deps.assets}
      title={`${title} · Waybill`}
      home="/console"
      account={visitor && <Account visitor={visitor} />}
      sections={sections && { label: 'Desk', of: sections, at }}
      notice={notice}
      script={script}
    >
      {setup && visitor && <SetupBar step={setup} visitor={visitor} />}
      {children}
    </Frame>
  );
}

function Account({ visitor }: { readonly visitor: DeskVisitor }) {
  const { actor, role, csrf } = visitor;
  return (
    <div class="desk-account">
      <Switch visitor={visitor} />
      <form class="account" method="post" action="/console/sign-out">
        <input type="hidden" name="csrf" value={csrf} />
        <span class="who">
          {actor.kind === 'user' ? actor.person.name : `key ${actor.name}`}{' '}
          <span class="tag">{role}</span>
        </span>
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    </div>
  );
}

/** Which merchant and mode is looked at, and a way to the others. */
function Switch({ visitor }: { readonly visitor: DeskVisitor }) {
  const { tenant, merchant, memberships, csrf } = visitor;
  const merchants =
    memberships.length === 0
      ? [{ id: tenant.merchantId, name: merchant.name }]
      : memberships.map(({ tenant: { merchantId: id }, name }) => ({ id, name }));
  return (
    <form class="account" method="post" action="/console/switch">
      <input type="hidden" name="csrf" value={csrf} />
      <label class="unseen" for="desk-of">
        Merchant and mode
      </label>
      <select id="desk-of" name="of">
        {merchants.flatMap(({ id, name }) =>
          (['live', 'test'] as const).map((mode) => (
            <option
              key={`${id} ${mode}`}
              value={`${id} ${mode}`}
              selected={id === tenant.merchantId && mode === tenant.mode}
            >
              {name}, {mode}
            </option>
          )),
        )}
      </select>
      <button type="submit" class="quiet">
        Switch
      </button>
    </form>
  );
}
