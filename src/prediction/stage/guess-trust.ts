/** [status, squared error of the model's guess, of the history's] */
export type TrustEntry = [string, number, number];

/** What is thought of the error of each guess before any was seen, in ln(days). */
const FIRST = 1;
/** What one parcel moves it by. */
const PER_PARCEL = 0.02;

/**
 * Two guesses of the time that is left: the model's at the hand-over, and what others took from
 * there. The one is closer while a parcel is on the road, the other when it is nearly there; how
 * close each was at a status decides what part of each is taken.
 */
export class GuessTrust {
  readonly #statuses: Map<string, { model: number; history: number }>;

  constructor(entries: readonly TrustEntry[] = []) {
    this.#statuses = new Map(
      entries.map(([status, model, history]) => [status, { model, history }]),
    );
  }

  /** A guess between the two; the model's where there is no history. */
  guess(status: string, model: number, history: number): number {
    if (Number.isNaN(history)) return model;
    const errors = this.#statuses.get(status) ?? { model: FIRST, history: FIRST };
    const part = errors.model / (errors.model + errors.history);
    return model + part * (history - model);
  }

  /** What came true, of what both had guessed. */
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
