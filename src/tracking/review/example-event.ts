import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { redactValue, type Vocabulary } from '../../intake/index.ts';

/**
 * The part of a payload that carried the codes, as the carrier sent it, without personal data: the
 * smallest object that contains all codes. Null if the payload is no JSON or spells them
 * differently. Pure and total.
 */
export function exampleEvent(body: string, codes: CodeMatch, vocabulary: Vocabulary): unknown {
  const wanted = new Set(Object.values(codes).map((code) => code.toLowerCase()));
  if (wanted.size === 0) return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const found = smallestWith(value, wanted);
  if (found === null || found.leaves > LEAVES_MAX) return null;
  return redactValue(found.node, vocabulary);
}

/**
 * An event has some dozen members; more means the whole payload, which is no example of an event.
 */
const LEAVES_MAX = 120;
const NODES_MAX = 50_000;
const DEPTH_MAX = 60;

interface Found {
  readonly node: unknown;
  readonly leaves: number;
}

/** The deepest object, and of equal ones the first, whose leaves contain all wanted values. */
function smallestWith(root: unknown, wanted: ReadonlySet<string>): Found | null {
  let left = NODES_MAX;
  let best: (Found & { depth: number }) | null = null;
  const walk = (node: unknown, depth: number): { has: Set<string>; leaves: number } => {
    left -= 1;
    if (left < 0 || depth > DEPTH_MAX) return { has: new Set(), leaves: 1 };
    if (typeof node !== 'object' || node === null) {
      const text = String(node).toLowerCase();
      return { has: new Set(wanted.has(text) ? [text] : []), leaves: 1 };
    }
    const has = new Set<string>();
    let leaves = 0;
    for (const child of Object.values(node)) {
      const below = walk(child, depth + 1);
      for (const each of below.has) has.add(each);
      leaves += below.leaves;
    }
    const isObject = !Array.isArray(node);
    if (isObject && has.size === wanted.size && (best === null || depth > best.depth)) {
      best = { node, leaves, depth };
    }
    return { has, leaves };
  };
  walk(root, 0);
  return best;
}
