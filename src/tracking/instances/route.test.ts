import { describe, expect, it } from 'vitest';
import { EMPTY_SNAPSHOT, type ReportedFact } from '../../adapters/contract/contract.ts';
import { NO_ATTRIBUTES } from '../../events/shipment-attributes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { NO_TIME } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { EMPTY_HISTORY } from '../facts/history.ts';
import { INITIAL_STATE, type Shipment } from '../shipment.ts';
import { type AddressedReport, type Candidate, route } from './route.ts';

const DAY_MS = 86_400_000;
const MARCH_MS = Date.parse('2026-03-01T00:00:00Z');

const ACME: Tenant = { merchantId: 'acme', mode: 'live' };

/** A shipment whose facts begin some days into March. */
function shipment(id: string, more: Partial<Shipment> = {}, fromDay = 0): Candidate {
  return {
    history: EMPTY_HISTORY,
    shipment: {
      id,
      ...ACME,
      shard: 0,
      carrier: 'acme',
      trackingNumber: 'A1',
      carrierPieceId: null,
      factsFromMs: MARCH_MS + fromDay * DAY_MS,
      factsUntilMs: null,
      ...NO_ATTRIBUTES,
      destinationZone: null,
      destinationCountry: null,
      linkedFrom: null,
      linkDepth: 0,
      sealedPersonal: null,
      state: INITIAL_STATE,
      predicted: null,
      sequence: 0,
      createdAtMs: 0,
      updatedAtMs: 0,
      deletedAtMs: null,
      ...more,
    },
  };
}

/** Returns a fact on a day of March at noon; null means without a time. */
function fact(name: string, day: number | null): ReportedFact {
  const at = new Date(MARCH_MS + ((day ?? 0) + 0.5) * DAY_MS).toISOString();
  return {
    codes: { code: name },
    identity: ['1', name],
    place: null,
    text: null,
    piece: null,
    time: day === null ? NO_TIME : (placeTimeFromIso(at) ?? NO_TIME),
    logical: false,
  };
}

interface Wanted extends Partial<Pick<AddressedReport, 'owner' | 'onlyShipmentId'>> {
  readonly facts?: readonly ReportedFact[];
  readonly pieceId?: string;
  readonly receivedDay?: number;
}

function report({ facts = [], pieceId, receivedDay = 20, ...more }: Wanted): AddressedReport {
  return {
    inboundMessageId: 'r',
    source: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: MARCH_MS + receivedDay * DAY_MS,
    report: {
      trackingNumber: 'A1',
      aliases: [],
      carrierPieceId: pieceId ?? null,
      asOf: null,
      fullHistory: false,
      facts,
      snapshot: { ...EMPTY_SNAPSHOT, weightG: 500 },
      links: [],
    },
    codeOf: () => '',
    read: () => {
      throw new Error('nothing is read on the way');
    },
    owner: null,
    onlyShipmentId: null,
    ...more,
  };
}

/**
 * Shipment → what it receives: its facts' codes, and `+` when it receives the part about the whole
 * parcel.
 */
function dealt(wanted: Wanted, candidates: readonly Candidate[]): Record<string, string> {
  return Object.fromEntries(
    [...route(report(wanted), candidates)].map(([id, { report: part }]) => [
      id,
      `${part.facts.map(({ codes }) => codes['code']).join(' ')}${part.snapshot.weightG === 500 ? '+' : ''}`,
    ]),
  );
}

describe('which shipments a report reaches', () => {
  const all = [
    shipment('ours'),
    shipment('ours in test', { mode: 'test' }),
    shipment('of another', { merchantId: 'other' }),
  ];
  const facts = [fact('PICK', 1)];

  it('everyone who registered the number, when it came through the deployment', () => {
    expect(dealt({ facts }, all)).toEqual({
      ours: 'PICK+',
      'ours in test': 'PICK+',
      'of another': 'PICK+',
    });
  });

  it('the owner alone, by merchant and mode, when it came through an account', () => {
    expect(dealt({ facts, owner: ACME }, all)).toEqual({ ours: 'PICK+' });
    expect(dealt({ facts, owner: { ...ACME, mode: 'test' } }, all)).toEqual({
      'ours in test': 'PICK+',
    });
    expect(dealt({ facts, owner: { merchantId: 'other', mode: 'test' } }, all)).toEqual({});
  });

  it('only the shipment that adopts a parked report', () => {
    expect(dealt({ facts, onlyShipmentId: 'of another' }, all)).toEqual({ 'of another': 'PICK+' });
  });

  it('for each merchant one of its own two instances', () => {
    const both = [...all, shipment('ours again', {}, 10)];
    expect(dealt({ facts: [fact('PICK', 11)] }, both)).toEqual({
      'ours again': 'PICK+',
      'ours in test': 'PICK+',
      'of another': 'PICK+',
    });
  });
});

describe('among instances of a number', () => {
  const older = shipment('older');
  const newer = shipment('newer', {}, 10);

  it('each fact goes to the one of its time, and the part about the whole parcel to the newest fact’s', () => {
    const facts = [fact('PICK', 11), fact('DEL', 5)];
    expect(dealt({ facts }, [older, newer])).toEqual({ older: 'DEL', newer: 'PICK+' });
    expect(dealt({ facts: facts.toReversed() }, [newer, older])).toEqual({
      older: 'DEL',
      newer: 'PICK+',
    });
  });

  it('a fact that is older than all goes nowhere, and nothing else goes with it', () => {
    expect(dealt({ facts: [fact('OLD', -5)] }, [older, newer])).toEqual({});
    expect(dealt({ facts: [fact('OLD', -5), fact('DEL', 5)] }, [older, newer])).toEqual({
      older: 'DEL+',
    });
  });

  it('a report without facts goes to the instance that is current when it arrives', () => {
    expect(dealt({ receivedDay: 20 }, [older, newer])).toEqual({ newer: '+' });
    expect(dealt({ receivedDay: 5 }, [older, newer])).toEqual({ older: '+' });
  });
});

describe('a report with a piece id', () => {
  const named = shipment('named', { carrierPieceId: 'p1' });
  const open = shipment('open', {}, 10);

  it('goes as a whole to the instance with that id, however late it is', () => {
    const facts = [fact('PICK', 11), fact('DEL', 15)];
    expect(dealt({ facts, pieceId: 'p1' }, [named, open])).toEqual({ named: 'PICK DEL+' });
  });

  it('goes as a whole by its newest fact when nobody has the id', () => {
    const facts = [fact('PICK', 5), fact('DEL', 12)];
    expect(dealt({ facts, pieceId: 'p2' }, [named, open])).toEqual({ open: 'PICK DEL+' });
    const early = [shipment('first'), open];
    expect(dealt({ facts: [fact('PICK', 5), fact('DEP', 6)], pieceId: 'p2' }, early)).toEqual({
      first: 'PICK DEP+',
    });
  });

  it('goes by its dated facts, if it has any: a fact without a time says nothing about when', () => {
    const first = shipment('first');
    const facts = [fact('NOTE', null), fact('PICK', 5)];
    expect(dealt({ facts, pieceId: 'p2' }, [first, open])).toEqual({ first: 'NOTE PICK+' });
    expect(dealt({ facts: [fact('NOTE', null)], pieceId: 'p2' }, [first, open])).toEqual({
      open: 'NOTE+',
    });
  });

  it('goes by its arrival, when it has no facts', () => {
    const first = shipment('first');
    expect(dealt({ pieceId: 'p2', receivedDay: 5 }, [first, open])).toEqual({ first: '+' });
    expect(dealt({ pieceId: 'p2', receivedDay: 12 }, [first, open])).toEqual({ open: '+' });
  });
});
