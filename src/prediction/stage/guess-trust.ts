/** [status, squared error of the model's guess, of the history's] */
export type TrustEntry = [string, number, number];

/** The prior error of each guess, in ln(days). */
const FIRST = 1;
/** The learning rate for one parcel. */
const PER_PARCEL = 0.02;

/**
 * Combines two guesses of the remaining time: the model's at the hand-over, and the time that other
 * parcels took from the same place. The first is better on the road, the second when the parcel is
 * nearly there; their past errors at a status decide the weights.
 */
export class GuessTrust {
  readonly #statuses: Map<string, { model: number; history: number }>;

  constructor(entries: readonly TrustEntry[] = []) {
    this.#statuses = new Map(
      entries.map(([status, model, history]) => [status, { model, history }]),
    );
  }

  /** Returns the weighted guess; without history (NaN) the model's. */
  guess(status: string, model: number, history: number): number {
    if (Number.isNaN(history)) return model;
    const errors = this.#statuses.get(status) ?? { model: FIRST, history: FIRST };
    const part = errors.model / (errors.model + errors.history);
    return model + part * (history - model);
  }

  /** Learns from the actual time and what both had guessed. */
  hear(status: string, model: number, history: number, actual: number): void {
    if (Number.isNaN(history)) return;
    const errors = this.#statuses.get(status) ?? { model: FIRST, history: FIRST };
    errors.model += PER_PARCEL * ((model - actual) ** 2 - errors.model);
    errors.history += PER_PARCEL * ((history - actual) ** 2 - errors.history);
    this.#statuses.set(status, errors);
  }

  entries(): TrustEntry[] {
    return [...this.#statuses].map(([status, { model, history }]) => [status, model, history]);
  }
}
