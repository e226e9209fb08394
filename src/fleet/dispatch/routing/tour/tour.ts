/**
 * A closed tour as an array, with the index of each city. Every change consists of flips of
 * ranges, and a flip undoes itself: replaying flips in reverse undoes any attempt.
 */
export class Tour {
  /** The cities in tour order. */
  readonly order: Int32Array;
  readonly place: Int32Array;
  readonly cities: number;
  /** Flips since `keep`: left, length, left, length… */
  #flips = new Int32Array(256);
  #logged = 0;

  constructor(order: Int32Array) {
    this.cities = order.length;
    this.order = Int32Array.from(order);
    this.place = new Int32Array(order.length);
    for (let index = 0; index < order.length; index += 1)
      this.place[order[index] as number] = index;
  }

  next(city: number): number {
    const place = (this.place[city] as number) + 1;
    return this.order[place === this.cities ? 0 : place] as number;
  }

  prev(city: number): number {
    const place = this.place[city] as number;
    return this.order[place === 0 ? this.cities - 1 : place - 1] as number;
  }

  /** The number of steps forward from one city to another. */
  steps(from: number, to: number): number {
    const steps = (this.place[to] as number) - (this.place[from] as number);
    return steps < 0 ? steps + this.cities : steps;
  }

  /**
   * Reverses the path from `from` forward to `to`, or the rest of the tour, which is equivalent.
   */
  reverse(from: number, to: number): void {
    const length = this.steps(from, to) + 1;
    if (length * 2 <= this.cities) this.#flip(this.place[from] as number, length);
    else this.#flip(this.#wrapped((this.place[to] as number) + 1), this.cities - length);
  }

  /**
   * Moves the path from `first` forward to `last`, `length` cities, between `after` and the city
   * that follows it, neither of which is on it; reversed if `reversed`.
   */
  move(first: number, last: number, length: number, after: number, reversed: boolean): void {
    const forward = this.steps(last, after);
    const left = this.place[first] as number;
    if (forward * 2 <= this.cities - length) {
      this.#flip(left, length + forward);
      this.#flip(left, forward);
      if (!reversed) this.#flip(this.#wrapped(left + forward), length);
      return;
    }
    const back = this.cities - length - forward;
    const start = this.#wrapped(left - back + this.cities);
    this.#flip(start, length + back);
    this.#flip(this.#wrapped(start + length), back);
    if (!reversed) this.#flip(start, length);
  }

  /**
   * Exchanges two adjacent paths: `one` cities from index `left`, and the `other` cities after
   * them.
   */
  exchange(left: number, one: number, other: number): void {
    this.#flip(left, one + other);
    this.#flip(left, other);
    this.#flip(this.#wrapped(left + other), one);
  }

  /** Makes the changes so far permanent. */
  keep(): void {
    this.#logged = 0;
  }

  /** Undoes all changes since `keep`. */
  undo(): void {
    while (this.#logged > 0) {
      this.#logged -= 2;
      this.#swap(this.#flips[this.#logged] as number, this.#flips[this.#logged + 1] as number);
    }
  }

  #wrapped(place: number): number {
    return place >= this.cities ? place - this.cities : place;
  }

  #flip(left: number, length: number): void {
    if (length < 2) return;
    if (this.#logged + 2 > this.#flips.length) {
      const longer = new Int32Array(this.#flips.length * 2);
      longer.set(this.#flips);
      this.#flips = longer;
    }
    this.#flips[this.#logged] = left;
    this.#flips[this.#logged + 1] = length;
    this.#logged += 2;
    this.#swap(left, length);
  }

  #swap(from: number, length: number): void {
    const { order, place, cities } = this;
    let left = from;
    let right = from + length - 1;
    if (right >= cities) right -= cities;
    for (let swaps = length >> 1; swaps > 0; swaps -= 1) {
      const one = order[left] as number;
      const other = order[right] as number;
      order[left] = other;
      place[other] = left;
      order[right] = one;
      place[one] = right;
      left = left + 1 === cities ? 0 : left + 1;
      right = right === 0 ? cities - 1 : right - 1;
    }
  }
}
