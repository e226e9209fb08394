import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract/contract.ts';
import { parse } from './parse.ts';

const PIECE = '00340434161094000012';

function reportOf(text: string): CarrierReport {
  const outcome = parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function xml(piece: string, event: string): string {
  const inside = event === '' ? '' : `<data name="piece-event" ${event}/>`;
  return `<data name="piece-shipment-list" code="0"><data name="piece-shipment"
    piece-code="${PIECE}" ${piece}>${inside}</data></data>`;
}

function statusOf(event: string): unknown {
  const [fact] = reportOf(xml('', `event-timestamp="2024-05-06T08:00:00" ${event}`)).facts;
  return fact?.codes['status'] ?? fact?.codes['text'];
}

describe('events of Parcel DE without a standard event', () => {
  it('are read by their words, even if another value is in their place', () => {
    expect(statusOf('event-text="In Zustellung"')).toBe('PO');
    expect(statusOf('standard-event-code="XY" event-text="In Zustellung"')).toBe('PO');
    expect(statusOf('standard-event-code="EE" event-text="In Zustellung"')).toBe('EE');
    expect(statusOf('event-text="Aufgrund einer Beschädigung verzögert es sich."')).toBe('damaged');
  });

  it('are a delivery in whole sentences only, and not against the flag', () => {
    expect(statusOf('event-text="Die Sendung wurde zugestellt."')).toBe('ZU');
    for (const event of [
      'event-text="Die Sendung wurde dem Absender zugestellt."',
      'event-text="Die Sendung wurde zugestellt. Nicht."',
      'event-text="Die Sendung wurde zugestellt." delivery-event-flag="0"',
      'event-text="Die Sendung wurde zugestellt." ruecksendung="true"',
    ]) {
      const outcome = parse({ text: xml('', event) });
      const facts = outcome.outcome === 'reports' ? outcome.reports[0]?.facts : [];
      expect(facts).toEqual([]);
    }
  });
});

it('a piece of Parcel DE that says nothing is known and has no updates', () => {
  expect(parse({ text: xml('piece-status="0"', '') }).outcome).toBe('not_yet');
});

it('an ICE that no list has leaves an event of Parcel DE to its words, but for a delivery', () => {
  const unlisted = 'standard-event-code="XY" ice="LDTMV" ric="OTHER"';
  expect(statusOf(`${unlisted} event-text="In Zustellung"`)).toBe('PO');
  expect(statusOf(`${unlisted} event-status="In Zustellung"`)).toBe('PO');
  expect(statusOf(`${unlisted} event-text="Die Sendung wurde zugestellt."`)).toBe('XY');
  expect(statusOf('standard-event-code="EE" ice="LDTMV" event-text="In Zustellung"')).toBe('EE');
});

describe('an event of Unified in unknown words', () => {
  const at = (hour: number) => `2026-05-04T${hour}:10:00Z`;
  const said = { timestamp: at(12), description: 'Tour 7' };
  const codesOf = (status: object, events: readonly object[] = [said]) => {
    const shipment = { id: PIECE, service: 'parcel-de', status, events };
    return reportOf(JSON.stringify({ shipments: [shipment] })).facts.map(({ codes }) => {
      const { service: _, ...rest } = codes;
      return rest;
    });
  };
  const status = { timestamp: at(12), statusCode: 'transit', description: 'In Zustellung' };
  const unknown = { text: 'unrecognised_words' };

  it("is the status's reading of the same second", () => {
    expect(codesOf(status)).toEqual([{ status: 'PO', statusCode: 'transit' }]);
    expect(codesOf(status, [said, { ...said, description: 'Tour 8' }])).toEqual([unknown, unknown]);
    expect(codesOf({ ...status, timestamp: at(11) })).toEqual([unknown]);
  });

  it('does not hide a status that is later', () => {
    const later = { ...status, timestamp: at(13) };
    expect(codesOf(later)).toEqual([unknown, { status: 'PO', statusCode: 'transit' }]);
    const delivered = { statusCode: 'delivered' };
    expect(codesOf(delivered)).toEqual([unknown, delivered]);
    expect(codesOf(delivered, [said, { ...said, statusCode: 'failure' }])).toHaveLength(2);
  });

  it('or in a coarser code does not hide a later status with a code or words of its own', () => {
    const coarse = { timestamp: at(11), statusCode: 'transit', description: 'Tour 7' };
    const later = { ...status, timestamp: at(13) };
    const listed = codesOf(later, [coarse]);
    expect(listed).toEqual([{ statusCode: 'transit' }, { status: 'PO', statusCode: 'transit' }]);
    const event = { ...status, timestamp: at(11) };
    expect(codesOf(later, [coarse, event])).toHaveLength(2);
    expect(codesOf({ ...later, description: 'Tour 7' }, [coarse])).toHaveLength(1);
    expect(codesOf({ ...later, description: 'Tour 8' }, [coarse])).toHaveLength(2);
    expect(codesOf({ ...later, timestamp: at(11) }, [coarse])).toHaveLength(1);
  });

  it('and its absence leave the status to its one word', () => {
    const shown = (description: string) =>
      reportOf(JSON.stringify({ shipments: [{ id: PIECE, status: { description } }] })).snapshot;
    expect(shown('Delivered').summary?.codes).toEqual({ statusCode: 'delivered' });
    expect(shown('Delivered to sender').summary?.codes).toEqual(unknown);
  });
});

it('an event of a piece of MyDHL with neither time nor known code is not an update', () => {
  const events = [{ date: '2026-05-04', time: '12:10:00', typeCode: 'PU' }];
  const pieces = [{ trackingNumber: 'JD014600003828392837', events: [{ typeCode: 'text' }] }];
  const shipment = { shipmentTrackingNumber: '1234567890', events, pieces };
  const { facts } = reportOf(JSON.stringify({ shipments: [shipment] }));
  expect(facts.map(({ codes }) => codes['status'])).toEqual(['PU']);
});

describe('packages of the Americas without events', () => {
  const read = (status: string) => {
    const packages = [{ trackingId: '420300019261234500000000000042', status, events: [] }];
    return reportOf(JSON.stringify({ packages })).snapshot.summary?.codes['statusCode'];
  };

  it('mean what they say', () => {
    expect(read('En Route')).toBe('transit');
    expect(read('Electronic Notification')).toBe('pre-transit');
    expect(read('Delivered')).toBe('delivered');
    expect(read('Delivered, maybe')).toBeUndefined();
  });
});

describe('words that every network shares', () => {
  const codeOf = (description: string, statusCode: string) => {
    const event = { statusCode, description, timestamp: '2024-05-06T08:00:00' };
    const shipments = [{ id: PIECE, events: [event] }];
    return reportOf(JSON.stringify({ shipments })).facts[0]?.codes['text'];
  };

  it('name an attempt, whatever its reason, but no words that only begin alike', () => {
    expect(codeOf('Delivery attempted - nobody there', 'failure')).toBe('delivery_attempted');
    expect(codeOf('Unsuccessful delivery attempt', 'transit')).toBe('delivery_attempted');
    expect(codeOf('Delivery attempt unsuccessfully', 'transit')).toBeUndefined();
    expect(codeOf('Held at customs', 'transit')).toBe('held_at_customs');
    expect(codeOf('In Zustellung', 'transit')).toBe('out_for_delivery');
  });
});

describe('events of freight without a code, a place or a zone', () => {
  const event = (hour: string, words: string, statusCode: string | null = 'transit') => ({
    timestamp: `2026-05-04T${hour}:00`,
    ...(statusCode === null ? {} : { statusCode }),
    description: words,
  });
  const factsOf = (service: string, events: readonly object[], status: object = {}) => {
    const shipment = { id: PIECE, service, status, events };
    return reportOf(JSON.stringify({ shipments: [shipment] })).facts;
  };
  const namesOf = (...given: Parameters<typeof factsOf>) =>
    new Set(factsOf(...given).map(({ identity }) => identity.join('|')));

  it.each([
    ['freight', '04:00', '04:00'],
    ['dgf', '04:00', '17:00'],
    ['dgf', '00:00', '00:00'],
  ])('are distinguished by their words (%s, %s and %s)', (service, one, other) => {
    for (const code of ['transit', null]) {
      const events = [
        event(one, 'Gated out at Port/Terminal', code),
        event(other, 'Actual Vessel Arrival', code),
      ];
      expect(factsOf(service, events)).toHaveLength(2);
      expect(namesOf(service, events).size).toBe(2);
    }
  });

  it('are one however the words are spelt', () => {
    const spelt = (words: string) => namesOf('freight', [event('04:00', words)]);
    expect(spelt('GATED OUT  at Port/Terminal.')).toEqual(spelt('Gated out at Port/Terminal'));
  });

  it('do not hide a status that is another of them, a few hours later', () => {
    const listed = [event('04:00', 'Gated out at Port/Terminal')];
    const later = event('10:00', 'Actual Vessel Arrival');
    expect(factsOf('freight', listed, later)).toHaveLength(2);
    expect(factsOf('freight', listed, { ...listed[0], timestamp: later.timestamp })).toHaveLength(
      1,
    );
    expect(factsOf('freight', listed, event('04:00', 'Actual Vessel Arrival'))).toHaveLength(1);
  });

  it('keep the name that they were stored under', () => {
    const [fact] = factsOf('freight', [event('04:00', 'Gated out at Port/Terminal')]);
    expect(fact?.formerIdentity).toEqual(['1', 'transit', '2026-05-04T04:00', '', 'freight']);
  });

  it('are delivered once, in whatever words', () => {
    const delivered = ['Delivered', 'Zugestellt'].map((words) =>
      event('04:00', words, 'delivered'),
    );
    expect(factsOf('freight', delivered)).toHaveLength(1);
  });
});
