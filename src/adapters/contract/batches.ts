/** The result of one call for the numbers of its batch. */
export type BatchAnswer<Finding> =
  | { readonly found: ReadonlyMap<string, Finding> }
  /** The carrier refused the whole call because of some number in it, which it may name. */
  | { readonly refused: Finding; readonly named?: readonly string[] }
  /** A failure of the account or the carrier: it applies to all numbers left, and ends the work. */
  | { readonly failed: Finding };

/**
 * Requests `batches` of numbers. A refused batch is requested again, without the numbers that the
 * carrier names or else in halves, depth first, until the number at fault is alone. After
 * `callsMax` calls, the remaining numbers get `exhausted`.
 *
 * @example await askInBatches(batchesOf(numbers, 30), 12, exhausted, (batch) => ask(batch, session))
 */
export async function askInBatches<Finding>(
  batches: readonly (readonly string[])[],
  callsMax: number,
  exhausted: Finding,
  ask: (batch: readonly string[]) => Promise<BatchAnswer<Finding>>,
): Promise<ReadonlyMap<string, Finding>> {
  const found = new Map<string, Finding>();
  const queue = [...batches];
  const settle = (numbers: readonly string[], finding: Finding) => {
    for (const number of numbers) found.set(number, finding);
  };
  for (let calls = 0; queue.length > 0; calls += 1) {
    const batch = queue.shift() ?? [];
    const answer = calls < callsMax ? await ask(batch) : { failed: exhausted };
    if ('found' in answer) for (const [number, finding] of answer.found) found.set(number, finding);
    else if ('failed' in answer) settle([...batch, ...queue.splice(0).flat()], answer.failed);
    else {
      const named = batch.filter((number) => answer.named?.includes(number));
      const isNarrowed = named.length > 0 && named.length < batch.length;
      if (batch.length === 1) settle(batch, answer.refused);
      else if (isNarrowed) {
        settle(named, answer.refused);
        queue.unshift(batch.filter((number) => !named.includes(number)));
      } else queue.unshift(...batchesOf(batch, Math.ceil(batch.length / 2)));
    }
  }
  return found;
}

/** `numbers` in batches of at most `size`. */
export function batchesOf(numbers: readonly string[], size: number): (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < numbers.length; at += size) batches.push(numbers.slice(at, at + size));
  return batches;
}
