import { type XmlElement, xmlOrNull } from '../../../kernel/wire/xml.ts';

/** How deep the result stands in its envelope: body, response, result. */
const DEPTH_MAX = 4;

/**
 * The tracking service of Express India, a SOAP service: its result is text, and the text an answer
 * in XML, with flat checkpoints or with events in words. Returned are its waybills as XML-PI has
 * them, so that one reader serves both; without any the query failed. Null when `root` is no such
 * envelope. Shape after answers in public test data; unverified.
 */
export function indianWaybills(root: XmlElement): readonly XmlElement[] | null {
  const answer = root.name === 'Envelope' ? answerIn(root) : null;
  if (answer === null) return null;
  if (answer.name === 'AWBInfo') return [waybillOf(answer)];
  if (answer.name !== 'TrackingResponse') return null;
  const waybills = answer.children.filter(({ name }) => name === 'AWBInfo');
  const isSaid = answer.children.some(({ name }) => name === 'Events');
  return isSaid ? [waybillOf(answer)] : waybills.map(waybillOf);
}

function answerIn(envelope: XmlElement): XmlElement | null {
  let inner = envelope.children.find(({ name }) => name === 'Body');
  for (let depth = 0; depth < DEPTH_MAX && inner !== undefined; depth += 1) {
    if (inner.children.length === 0)
      return inner.text.startsWith('<') ? xmlOrNull(inner.text) : null;
    inner = inner.children[0];
  }
  return null;
}

/** What has a `ShipmentInfo` is a waybill of XML-PI already. */
function waybillOf(answer: XmlElement): XmlElement {
  if (answer.children.some(({ name }) => name === 'ShipmentInfo')) return answer;
  const listed = answer.children.find(({ name }) => name === 'Events')?.children ?? answer.children;
  const events = listed.filter(({ name }) => ['ShipmentEvent', 'Event'].includes(name));
  const rest = answer.children.filter(({ name }) => name === 'AWBNumber');
  return {
    ...answer,
    children: [...rest, element('ShipmentInfo', events.map(eventOf))],
  };
}

function eventOf(event: XmlElement): XmlElement {
  const of = (...names: readonly string[]) =>
    event.children.find(({ name }) => names.includes(name))?.text ?? '';
  const place = of('ServiceAreaDescription', 'EventLocation');
  const said = [
    element('EventCode', [], of('EventCode')),
    element('Description', [], of('Description', 'EventDescription')),
  ];
  return element('ShipmentEvent', [
    element('Date', [], of('Date', 'EventDate')),
    element('Time', [], of('Time', 'EventTime')),
    element('ServiceEvent', said),
    element('ServiceArea', [element('Description', [], place)]),
  ]);
}

function element(name: string, children: readonly XmlElement[], text = ''): XmlElement {
  return { name, attributes: new Map(), text, children: children.filter(isFilled) };
}

function isFilled({ children, text }: XmlElement): boolean {
  return children.length > 0 || text !== '';
}
