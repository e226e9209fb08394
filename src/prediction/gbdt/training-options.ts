/**
 * Called every few milliseconds of work, between two pieces of it. The caller may pause there; the
 * result is the same.
 */
export type Pause = () => void;

/** How a forest is trained: the same seed gives the same trees. */
export interface TrainingOptions {
  readonly seed: number;
  readonly pause: Pause;
}

/** A pause function that never pauses. */
export const WITHOUT_REST: Pause = () => undefined;
