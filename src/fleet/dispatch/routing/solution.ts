export interface Solution {
  /** In the instance's numbering: cities from 1; places without the depot, which is 0. */
  readonly order: readonly number[];
  /** By the instance's own measure, from the first to the last and back. */
  readonly length: number;
  /** Each place once, each within its window. */
  readonly feasible: boolean;
  /** For several vehicles: the stops of each; `order` is their concatenation. */
  readonly routes?: readonly (readonly number[])[];
}
