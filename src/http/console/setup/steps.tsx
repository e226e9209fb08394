import type { Tenant } from '../../../kernel/tenant.ts';
import { useMessages } from '../kit/language.ts';
import { Action } from '../kit/pieces.tsx';
import type { DeskCall, DeskFormCall } from '../kit/visit.ts';

interface Props {
  readonly step: SetupStep;
  /** Done just now, so there is nothing left to skip. */
  readonly isDone: boolean;
}

/** Above a page opened as a step of the setup: the step, and links to the others. */
export function SetupBar({ step, isDone }: Props) {
  const words = useMessages().desk.setup;
  const index = STEPS.findIndex(({ name }) => name === step);
  const next = STEPS[index + 1];
  return (
    <section class="card setup-bar" aria-label={words.title}>
      <p>
        {words.stepOf({ nr: index + 1, all: STEPS.length })} <strong>{words.titles[step]}</strong>
      </p>
      <div class="row">
        <a href={SETUP_AT}>{words.allSteps}</a>
        {!isDone && isOptional(step) && (
          <Action {...{ to: SETUP_AT, label: words.skipThis }} fields={{ skip: step }} />
        )}
        <a href={pathAfter(step)} class={isDone ? 'button primary' : 'button'}>
          {next === undefined ? words.finish : words.next({ title: words.titles[next.name] })}
        </a>
      </div>
    </section>
  );
}

/** Shown in a live-mode form that is prefilled with the values from test mode. */
export function AsForTest() {
  const words = useMessages().desk.setup;
  return <p class="explains">{words.asForTest}</p>;
}

/** Keeps a form within the setup step that its page was opened for. */
export function SetupField({ step }: { readonly step: SetupStep | null }) {
  return step && <input type="hidden" name="setup" value={step} />;
}

export const SETUP_AT = '/console/setup';

/**
 * The setup steps in their recommended order. Each is a page of its own, too; only optional ones can
 * be skipped. Test parcels need none of those before going live; the last one is for the operator
 * who starts the hub.
 */
export const STEPS = [
  { name: 'account', path: '/console/members' },
  { name: 'carrier', path: '/console/carriers', isOptional: true },
  { name: 'shop', path: '/console/shops', isOptional: true },
  { name: 'sender', path: '/console/sender', isOptional: true },
  { name: 'look', path: '/console/look', isOptional: true },
  { name: 'webhook', path: '/console/webhooks', isOptional: true },
  { name: 'key', path: '/console/keys', isOptional: true, isBeforeLive: true },
  { name: 'address', path: `${SETUP_AT}/address`, isBeforeLive: true },
] as const satisfies readonly {
  name: string;
  path: string;
  isOptional?: boolean;
  isBeforeLive?: boolean;
}[];

export type SetupStep = (typeof STEPS)[number]['name'];

export function isStep(text: string | null): text is SetupStep {
  return STEPS.some(({ name }) => name === text);
}

/** The step that a page or form was opened for; null: none. Pure. */
export function setupOf(call: DeskCall | DeskFormCall): SetupStep | null {
  const said = ('form' in call ? call.form.get('setup') : null) ?? call.query.get('setup');
  return isStep(said) ? said : null;
}

/** The same merchant in the other mode; each mode is set up separately. Pure. */
export function otherMode({ merchantId, mode }: Tenant): Tenant {
  return { merchantId, mode: mode === 'live' ? 'test' : 'live' };
}

/** The page of a step, not as one of the setup. Pure. */
export function pageOf(name: SetupStep): string {
  return STEPS.find((each) => each.name === name)?.path ?? SETUP_AT;
}

/** Whether a merchant may do without a step. Pure. */
export function isOptional(name: SetupStep): boolean {
  return STEPS.some((each) => each.name === name && 'isOptional' in each);
}

/** Whether a step only matters once there are live parcels. Pure. */
export function isBeforeLive(name: SetupStep): boolean {
  return STEPS.some((each) => each.name === name && 'isBeforeLive' in each);
}

/** The path of a step's page. Pure. */
export function stepPath(name: SetupStep): string {
  return `${pageOf(name)}?setup=${name}`;
}

/** The path after a step: the next step, or the overview. Pure. */
export function pathAfter(name: SetupStep): string {
  const next = STEPS[STEPS.findIndex((each) => each.name === name) + 1];
  return next === undefined ? SETUP_AT : stepPath(next.name);
}

/** A page's URL with a notice, for the same step as the form that redirects there. Pure. */
export function backTo(path: string, call: DeskFormCall, done: string): string {
  const step = setupOf(call);
  return `${path}?${step === null ? '' : `setup=${step}&`}done=${done}`;
}
