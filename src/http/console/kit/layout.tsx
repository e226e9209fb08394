import type { ComponentChildren } from 'preact';
import { SetupBar, type SetupStep } from '../setup/steps.tsx';

import { Frame } from './frame.tsx';
import { useMessages } from './language.ts';
import { navigationFor } from './navigation.ts';
import type { DeskDeps, DeskVisitor } from './visit.ts';

interface DeskLayoutProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: DeskVisitor | null;
  readonly at?: string;
  readonly notice?: string | null;
  /** The notice is a warning. */
  readonly isWarning?: boolean;
  /** When the page is visited as this step of the setup. */
  readonly setup?: SetupStep | null;
  /** Whether it was done just now; absent: true with a notice that is not a warning. */
  readonly isStepDone?: boolean;
  /** Script of the page, if any. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

/** The frame of every page of the desk. */
export function DeskLayout(props: DeskLayoutProps) {
  const { deps, title, visitor, at, notice, isWarning = false, setup, script, children } = props;
  const { isStepDone = Boolean(notice) && !isWarning } = props;
  const words = useMessages().desk.frame;
  return (
    <Frame
      assets={deps.assets}
      title={`${title} · Waybill`}
      home="/console"
      account={visitor && <Account visitor={visitor} />}
      sections={visitor && navigationFor(whoIs(visitor), at, words)}
      {...{ notice, isWarning }}
      script={script}
    >
      {setup && visitor && <SetupBar step={setup} visitor={visitor} isDone={isStepDone} />}
      {children}
    </Frame>
  );
}

function whoIs({ navigation, role, actor }: DeskVisitor) {
  return { navigation, role, isKey: actor.kind === 'key' };
}

function Account({ visitor }: { readonly visitor: DeskVisitor }) {
  const { actor, role, csrf } = visitor;
  const words = useMessages().desk.frame;
  return (
    <div class="desk-account">
      <Switch visitor={visitor} />
      <form class="account" method="post" action="/console/sign-out">
        <input type="hidden" name="csrf" value={csrf} />
        <span class="who">
          {actor.kind === 'user' ? actor.person.name : words.key({ name: actor.name })}{' '}
          <span class="tag">{words.roles[role]}</span>
        </span>
        <button type="submit" class="quiet">
          {words.signOut}
        </button>
      </form>
    </div>
  );
}

/** The current merchant and mode, and a switch to others. */
function Switch({ visitor }: { readonly visitor: DeskVisitor }) {
  const { tenant, merchant, memberships, csrf } = visitor;
  const words = useMessages().desk.frame;
  const merchants =
    memberships.length === 0
      ? [{ id: tenant.merchantId, name: merchant.name }]
      : memberships.map(({ tenant: { merchantId: id }, name }) => ({ id, name }));
  return (
    <form class="account" method="post" action="/console/switch">
      <input type="hidden" name="csrf" value={csrf} />
      <label class="unseen" for="desk-of">
        {words.merchantAndMode}
      </label>
      <select id="desk-of" name="of">
        {merchants.flatMap(({ id, name }) =>
          (['live', 'test'] as const).map((mode) => (
            <option
              key={`${id} ${mode}`}
              value={`${id} ${mode}`}
              selected={id === tenant.merchantId && mode === tenant.mode}
            >
              {name}, {words.modes[mode]}
            </option>
          )),
        )}
      </select>
      <button type="submit" class="quiet">
        {words.switch}
      </button>
    </form>
  );
}
