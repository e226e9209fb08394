import type { StepState } from './state.ts';

/** The circle of a step; what it means stands beside it in words. */
export function StepMark({ state }: Pick<StepState, 'state'>) {
  return (
    <span class={`step-mark ${state}`} aria-hidden="true">
      {SIGNS[state]}
    </span>
  );
}

const SIGNS = { done: '✓', unsure: '!', skipped: '–', open: '' } as const;
