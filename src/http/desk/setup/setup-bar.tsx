import { useMessages } from '../../console/parts/language.ts';
import { Action } from '../../console/parts/pieces.tsx';
import type { DeskVisitor } from '../visit.ts';
import { pathAfter, SETUP_AT, type SetupStep, STEPS } from './steps.ts';

interface Props {
  readonly step: SetupStep;
  readonly visitor: DeskVisitor;
  /** Just now: there is nothing left to skip. */
  readonly isDone: boolean;
}

/** Above a page that is visited as a step of the setup: which it is, and the ways on. */
export function SetupBar({ step, visitor, isDone }: Props) {
  const { csrf } = visitor;
  const words = useMessages().desk.setup;
  const nr = STEPS.findIndex(({ name }) => name === step);
  const next = STEPS[nr + 1];
  return (
    <section class="card setup-bar" aria-label={words.title}>
      <p>
        {words.stepOf({ nr: nr + 1, all: STEPS.length })} <strong>{words.titles[step]}</strong>
      </p>
      <div class="row">
        <a href={SETUP_AT}>{words.allSteps}</a>
        {!isDone && (
          <Action {...{ to: SETUP_AT, csrf, label: words.skipThis }} fields={{ skip: step }} />
        )}
        <a href={pathAfter(step)} class={isDone ? 'primary' : undefined}>
          {next === undefined ? words.finish : words.next({ title: words.titles[next.name] })}
        </a>
      </div>
    </section>
  );
}

/** Of a form in live mode that has what was set up for test parcels, not to be typed again. */
export function AsForTest() {
  const words = useMessages().desk.setup;
  return <p class="explains">{words.asForTest}</p>;
}

/** Keeps a form in the setup that its page is visited for. */
export function SetupField({ step }: { readonly step: SetupStep | null }) {
  return step && <input type="hidden" name="setup" value={step} />;
}
