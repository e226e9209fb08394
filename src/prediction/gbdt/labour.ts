/**
 * Called every few milliseconds of work, between two pieces of it. Who lends the processor may
 * rest there; what is worked out is the same.
 */
export type Pause = () => void;

/** How a forest is worked for: the same seed gives the same trees. */
export interface Labour {
  readonly seed: number;
  readonly pause: Pause;
}

/** Works on without a rest. */
export const WITHOUT_REST: Pause = () => undefined;
