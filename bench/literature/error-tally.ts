/** Steps of the allowed error in which errors are counted: millimetres for ten metres. */
const STEPS = 10_000;

/** Tallies errors that are never larger than allowed, however many there are. */
export class ErrorTally {
  readonly #allowedM: number;
  readonly #counts = new Float64Array(STEPS + 1);
  count = 0;
  mostM = 0;

  constructor(allowedM: number) {
    this.#allowedM = allowedM;
  }

  add(errorsM: Float64Array): void {
    for (const errorM of errorsM) {
      const step = Math.min(STEPS, Math.ceil((errorM / this.#allowedM) * STEPS));
      this.#counts[step] = (this.#counts[step] as number) + 1;
      if (errorM > this.mostM) this.mostM = errorM;
    }
    this.count += errorsM.length;
  }

  /**
   * The error below or at which this share of all errors is, in steps of a ten-thousandth of the
   * allowed error.
   */
  quantileM(share: number): number {
    const wanted = share * this.count;
    let sum = 0;
    for (let step = 0; step <= STEPS; step += 1) {
      sum += this.#counts[step] as number;
      if (sum >= wanted) return (step / STEPS) * this.#allowedM;
    }
    return this.mostM;
  }
}
