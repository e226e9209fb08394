export interface Solution {
  /** By the instance's own numbers: cities from 1; places without the depot, which is 0. */
  readonly order: readonly number[];
  /** By the instance's own rules, from the first to the last and back. */
  readonly length: number;
  /** Each place once, each within its window. */
  readonly feasible: boolean;
  /** Of several vehicles: what each calls at; `order` is all of it, one after the other. */
  readonly routes?: readonly (readonly number[])[];
}
