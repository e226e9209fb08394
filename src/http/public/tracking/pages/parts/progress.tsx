import type { PageTexts } from '../texts.ts';
import type { Step } from '../view/progress.ts';

interface ProgressProps {
  readonly steps: readonly Step[];
  readonly texts: PageTexts['progress'];
}

/** The parcel's progress. Colour is never the only sign: each step states its state in words. */
export function Progress({ steps, texts }: ProgressProps) {
  return (
    <ol class="steps" aria-label={texts.title}>
      {steps.map(({ label, state }) => (
        <li key={label} class={state} aria-current={state === 'current' ? 'step' : undefined}>
          {texts[label]}
          <span class="unseen">{` (${texts[state]})`}</span>
        </li>
      ))}
    </ol>
  );
}
