import { useMessages } from '../kit/language.ts';
import { Action } from '../kit/pieces.tsx';
import type { DeskVisitor } from '../kit/visit.ts';
import { pathAfter, SETUP_AT, type SetupStep, STEPS } from './steps.ts';

interface Props {
  readonly step: SetupStep;
  readonly visitor: DeskVisitor;
  /** Done just now, so there is nothing left to skip. */
  readonly isDone: boolean;
}

/** Above a page opened as a step of the setup: the step, and links to the others. */
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

/** Shown in a live-mode form that is prefilled with the values from test mode. */
export function AsForTest() {
  const words = useMessages().desk.setup;
  return <p class="explains">{words.asForTest}</p>;
}

/** Keeps a form within the setup step that its page was opened for. */
export function SetupField({ step }: { readonly step: SetupStep | null }) {
  return step && <input type="hidden" name="setup" value={step} />;
}
