import { Action } from '../../console/parts/pieces.tsx';
import type { DeskVisitor } from '../visit.ts';
import { pathAfter, SETUP_AT, type SetupStep, STEPS, stepPath } from './steps.ts';

interface Props {
  readonly step: SetupStep;
  readonly visitor: DeskVisitor;
}

/** Above a page that is visited as a step of the setup: which it is, and the ways on. */
export function SetupBar({ step, visitor }: Props) {
  const { csrf, tenant } = visitor;
  const nr = STEPS.findIndex(({ name }) => name === step);
  const next = STEPS[nr + 1];
  const isForLive = step === 'key' && tenant.mode === 'test';
  return (
    <section class="card setup-bar" aria-label="Setup">
      <p>
        Setup, step {nr + 1} of {STEPS.length}: <strong>{STEPS[nr]?.title}</strong>
      </p>
      {isForLive && (
        <div class="row">
          <span>You are looking at test parcels. Live keys are made in live mode.</span>
          <Action
            {...{ to: '/console/switch', csrf, label: 'Switch to live', kind: 'primary' }}
            fields={{ of: `${tenant.merchantId} live`, next: stepPath('key') }}
          />
        </div>
      )}
      <div class="row">
        <a href={SETUP_AT}>All steps</a>
        <Action {...{ to: SETUP_AT, csrf, label: 'Skip this step' }} fields={{ skip: step }} />
        <a href={pathAfter(step)}>{next === undefined ? 'Finish' : `Next: ${next.title}`}</a>
      </div>
    </section>
  );
}

/** Keeps a form in the setup that its page is visited for. */
export function SetupField({ step }: { readonly step: SetupStep | null }) {
  return step && <input type="hidden" name="setup" value={step} />;
}
