import { isDeepStrictEqual } from 'node:util';
import { type AdapterManifest, jsonOrNull } from 'waybill/adapter';
import type { SandboxBench } from './bench.ts';

/**
 * Finds what differs between two answers at the same moment. The carrier has no update then, so all
 * differences are volatile.
 */
export async function changingAnswers(
  { volatileFields }: AdapterManifest,
  bench: SandboxBench,
  number: string,
): Promise<readonly string[]> {
  const [first, second] = [await bench.track([number]), await bench.track([number])].map(
    ([outcome]) => (outcome?.outcome === 'answer' ? outcome.text : ''),
  );
  const [one, other] = [first ?? '', second ?? ''].map((text) => {
    const json = jsonOrNull(text);
    return json === null ? text : withoutMembers(json.value, new Set(volatileFields));
  });
  if (isDeepStrictEqual(one, other)) return [];
  const names = changedMembers(one, other);
  return [`${number}: asked twice at once, ${names.join(', ') || 'the text'} differs`];
}

/** Checks that with a budget of one call the second is refused, and the adapter stops. */
export async function uncountedCalls(
  bench: SandboxBench,
  number: string,
): Promise<readonly string[]> {
  await bench.track([number]);
  const [outcome] = await bench.track([number]);
  return outcome?.outcome === 'rate_limited'
    ? []
    : [`with one call to spend, the second ends as ${outcome?.outcome}`];
}

function withoutMembers(value: unknown, left: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutMembers(each, left));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !left.has(name))
      .map(([name, member]) => [name, withoutMembers(member, left)]),
  );
}

function changedMembers(one: unknown, other: unknown): readonly string[] {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return [];
  }
  const others = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).flatMap(([name, member]) => {
    if (isDeepStrictEqual(member, others.get(name))) return [];
    const inside = changedMembers(member, others.get(name));
    return inside.length > 0 ? inside : [`"${name}"`];
  });
}
