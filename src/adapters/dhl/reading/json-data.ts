import { isRecord } from './record.ts';
import type { DataAttributes } from './xml-data.ts';

/** As many as of the XML. */
const ELEMENTS_MAX = 20_000;
/** A list, its pieces, the list of their events, the events; some wrap each in one object more. */
const DEPTH_MAX = 10;

/**
 * The elements of the XML of Parcel DE that somebody turned into JSON by their names, as
 * `readDataElements` gives them: each member is an element of its name, in the order in which they
 * stand, and plain values in it are its attributes. Null where there are too many.
 */
export function jsonDataElements(
  body: Readonly<Record<string, unknown>>,
): readonly DataAttributes[] | null {
  const elements: DataAttributes[] = [];
  const open = (name: string, value: unknown, depth: number): boolean => {
    if (depth > DEPTH_MAX) return true;
    if (Array.isArray(value)) return value.every((each) => open(name, each, depth + 1));
    if (!isRecord(value)) return true;
    if (elements.length >= ELEMENTS_MAX) return false;
    elements.push(new Map([...plainIn(value), ['name', name]]));
    return Object.entries(value).every(([inner, each]) => open(inner, each, depth + 1));
  };
  const isWhole = Object.entries(body).every(([name, value]) => open(name, value, 1));
  return isWhole ? elements : null;
}

function plainIn(element: Readonly<Record<string, unknown>>): readonly [string, string][] {
  return Object.entries(element).flatMap(([name, value]): [string, string][] =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
  );
}
