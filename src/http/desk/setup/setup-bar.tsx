import { useWords } from '../../console/parts/language.ts';
import { Action } from '../../console/parts/pieces.tsx';
import type { DeskVisitor } from '../visit.ts';
import { SETUP } from '../words/setup.ts';
import { pathAfter, SETUP_AT, type SetupStep, STEPS, stepPath } from './steps.ts';

interface Props {
  readonly step: SetupStep;
  readonly visitor: DeskVisitor;
}

/** Above a page that is visited as a step of the setup: which it is, and the ways on. */
export function SetupBar({ step, visitor }: Props) {
  const { csrf, tenant } = visitor;
  const words = useWords(SETUP);
  const nr = STEPS.findIndex(({ name }) => name === step);
  const next = STEPS[nr + 1];
  const isForLive = step === 'key' && tenant.mode === 'test';
  return (
    <section class="card setup-bar" aria-label={words.title}>
      <p>
        {words.stepOf(nr + 1, STEPS.length)} <strong>{words.titles[step]}</strong>
      </p>
      {isForLive && (
        <div class="row">
          <span>{words.lookingAtTest}</span>
          <Action
            {...{ to: '/console/switch', csrf, label: words.switchTo.live, kind: 'primary' }}
            fields={{ of: `${tenant.merchantId} live`, next: stepPath('key') }}
          />
        </div>
      )}
      <div class="row">
        <a href={SETUP_AT}>{words.allSteps}</a>
        <Action {...{ to: SETUP_AT, csrf, label: words.skipThis }} fields={{ skip: step }} />
        <a href={pathAfter(step)}>
          {next === undefined ? words.finish : words.next(words.titles[next.name])}
        </a>
      </div>
    </section>
  );
}

/** Keeps a form in the setup that its page is visited for. */
export function SetupField({ step }: { readonly step: SetupStep | null }) {
  return step && <input type="hidden" name="setup" value={step} />;
}
