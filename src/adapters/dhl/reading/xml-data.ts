import type { XmlElement } from '../../../kernel/wire/xml.ts';

export type DataAttributes = ReadonlyMap<string, string>;

/** A full answer is 20 pieces with tens of events each. */
const ELEMENTS_MAX = 20_000;

/**
 * Attributes of every element of Parcel DE Tracking's XML, which consists of nested `<data …>`
 * elements only, in the order in which they open. Null when there is any other element, text, or
 * far more than an answer has.
 */
export function dataElements(root: XmlElement): readonly DataAttributes[] | null {
  const elements: DataAttributes[] = [];
  const isData = ({ name, attributes, text, children }: XmlElement): boolean => {
    if (name !== 'data' || text !== '' || elements.length >= ELEMENTS_MAX) return false;
    elements.push(new Map([...attributes].map(([key, value]) => [key, storable(value)])));
    return children.every(isData);
  };
  return isData(root) ? elements : null;
}

/** Without characters that no database stores. */
function storable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}
