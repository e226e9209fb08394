import type { Tenant } from '../../../kernel/tenant.ts';
import type { DeskCall, DeskFormCall } from '../kit/visit.ts';

export const SETUP_AT = '/console/setup';

/** The setup steps in their recommended order. Each is a page of its own, too. */
export const STEPS = [
  { name: 'address', path: `${SETUP_AT}/address` },
  { name: 'carrier', path: '/console/carriers' },
  { name: 'sender', path: '/console/sender' },
  { name: 'look', path: '/console/look' },
  { name: 'webhook', path: '/console/webhooks' },
  { name: 'key', path: '/console/keys' },
] as const;

export type SetupStep = (typeof STEPS)[number]['name'];

export function isStep(text: string | null): text is SetupStep {
  return STEPS.some(({ name }) => name === text);
}

/** The step that a page or form was opened for; null: none. Pure. */
export function setupOf(call: DeskCall | DeskFormCall): SetupStep | null {
  const said = ('form' in call ? call.form.get('setup') : null) ?? call.query.get('setup');
  return isStep(said) ? said : null;
}

/** Setup is done once for test mode and once for live mode. Pure. */
export function otherMode({ merchantId, mode }: Tenant): Tenant {
  return { merchantId, mode: mode === 'live' ? 'test' : 'live' };
}

/** The path of a step's page. Pure. */
export function stepPath(name: SetupStep): string {
  const found = STEPS.find((each) => each.name === name);
  return found === undefined ? SETUP_AT : `${found.path}?setup=${name}`;
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
