import { isRecord } from './record.ts';
import type { DataAttributes } from './xml-data.ts';

/** As many as of the XML. */
const ELEMENTS_MAX = 20_000;
/** A list, its pieces, the list of their events, the events; some wrap each in one object more. */
const DEPTH_MAX = 10;
/** Where converters of XML keep the attributes of an element apart from what is in it. */
const ATTRIBUTES = ['$', '@attributes', '_attributes', 'attributes'];

/**
 * The elements of the XML of Parcel DE that somebody turned into JSON, as `readDataElements` gives
 * them: members of a kept name are elements of that name, in the order in which they stand, and plain
 * values in them their attributes. Null where there are too many.
 */
export function jsonDataElements(
  body: Readonly<Record<string, unknown>>,
): readonly DataAttributes[] | null {
  const elements: DataAttributes[] = [];
  const open = (name: string, value: unknown, depth: number): boolean => {
    if (Array.isArray(value)) return value.every((each) => open(name, each, depth));
    if (!isRecord(value) || depth > DEPTH_MAX) return true;
    if (elements.length >= ELEMENTS_MAX) return false;
    const attributes = attributesOf(value);
    elements.push(name === 'data' ? attributes : new Map([...attributes, ['name', name]]));
    return Object.entries(value).every(([inner, each]) => open(inner, each, depth + 1));
  };
  const isWhole = Object.entries(body).every(([name, value]) => open(name, value, 1));
  return isWhole ? elements : null;
}

function attributesOf(element: Readonly<Record<string, unknown>>): DataAttributes {
  const apart = ATTRIBUTES.flatMap((name) => {
    const value = element[name];
    return isRecord(value) ? Object.entries(value) : [];
  });
  return new Map(
    [...apart, ...Object.entries(element)].flatMap(([name, value]): [string, string][] => {
      const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
      return isPlain ? [[name.replace(/^@_?/, ''), String(value)]] : [];
    }),
  );
}
