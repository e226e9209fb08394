import { plainOf, type XmlElement, xmlOrNull } from '../../../kernel/wire/xml.ts';

/** Elements that an answer of the Web Tools repeats. */
const LISTS: ReadonlySet<string> = new Set(['TrackInfo', 'TrackDetail']);

/**
 * The XML of the Web Tools (`TrackResponse`, `Error` where the whole query failed, one `TrackInfo`
 * where that is all that was kept) as the objects that its JSON twin of 2022 has. The service ended on 2026-01-25; its answers live on in
 * archives and behind those who pass them on. Null when `text` is no such XML.
 */
export function webToolsBody(text: string): Record<string, unknown> | null {
  const given = text.trimStart().startsWith('<') ? xmlOrNull(text.trimStart()) : null;
  const root = given === null ? null : capitalised(given);
  if (root?.name === 'Error') return { TrackResponse: { Error: {} } };
  if (root?.name === 'TrackInfo') return { TrackResponse: { TrackInfo: [infoOf(root)] } };
  if (root?.name !== 'TrackResponse') return null;
  const infos = root.children.filter(({ name }) => name === 'TrackInfo').map(infoOf);
  const failed = root.children.some(({ name }) => name === 'Error');
  return { TrackResponse: { TrackInfo: infos, ...(failed ? { Error: {} } : {}) } };
}

/** Some who passed answers on, rebuilt by a library, begin the names with small letters. */
function capitalised(element: XmlElement): XmlElement {
  return {
    ...element,
    name: element.name.charAt(0).toUpperCase() + element.name.slice(1),
    children: element.children.map(capitalised),
  };
}

/** The number is an attribute; everything else is elements. */
function infoOf(info: XmlElement): Record<string, unknown> {
  const members = plainOf(info, LISTS);
  const id = info.attributes.get('ID')?.trim();
  return {
    ...(typeof members === 'object' ? members : {}),
    ...(id === undefined || id === '' ? {} : { ID: id }),
  };
}
