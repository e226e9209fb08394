import type { ComponentChildren } from 'preact';
import { SetupBar, type SetupStep } from '../setup/steps.tsx';
import { FormTokenIn, PostForm } from './fields.tsx';
import { Frame } from './frame.tsx';
import { useMessages } from './language.ts';
import { navigationFor } from './navigation.ts';
import type { DeskDeps, DeskVisitor } from './visit.ts';

interface DeskLayoutProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly title: string;
  /** Null: nobody is signed in. */
  readonly visitor: DeskVisitor | null;
  /** The token of its forms while nobody is signed in. */
  readonly csrf?: string;
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
  const { isStepDone = Boolean(notice) && !isWarning, csrf = visitor?.csrf ?? '' } = props;
  const words = useMessages().desk.frame;
  return (
    <FormTokenIn value={csrf}>
      <Frame
        assets={deps.assets}
        title={`${title} · Waybill`}
        home="/console"
        account={visitor && <Account visitor={visitor} />}
        sections={visitor && navigationFor(whoIs(visitor), at, words)}
        {...{ notice, isWarning }}
        script={script}
      >
        {setup && visitor && <SetupBar step={setup} isDone={isStepDone} />}
        {children}
      </Frame>
    </FormTokenIn>
  );
}

function whoIs({ navigation, role, actor }: DeskVisitor) {
  return { navigation, role, isKey: actor.kind === 'key' };
}

function Account({ visitor }: { readonly visitor: DeskVisitor }) {
  const { actor, role } = visitor;
  const words = useMessages().desk.frame;
  return (
    <div class="desk-account">
      <Switch visitor={visitor} />
      <PostForm to="/console/sign-out" class="account">
        <span class="who">
          {actor.kind === 'user' ? actor.person.name : words.key({ name: actor.name })}{' '}
          <span class="tag">{words.roles[role]}</span>
        </span>
        <button type="submit" class="quiet">
          {words.signOut}
        </button>
      </PostForm>
    </div>
  );
}

/** The current merchant and mode, and a switch to others. */
function Switch({ visitor }: { readonly visitor: DeskVisitor }) {
  const { tenant, merchant, memberships } = visitor;
  const words = useMessages().desk.frame;
  const merchants =
    memberships.length === 0
      ? [{ id: tenant.merchantId, name: merchant.name }]
      : memberships.map(({ tenant: { merchantId: id }, name }) => ({ id, name }));
  return (
    <PostForm to="/console/switch" class="account">
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
    </PostForm>
  );
}
