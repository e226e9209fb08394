import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../contract.ts';
import { parse } from './parse.ts';

function reportOf(outcome: ParseOutcome): CarrierReport {
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

const read = (body: unknown) => parse({ text: JSON.stringify(body) });

describe('what the tracking page of Parcel Germany shows', () => {
  const NUMBER = '00340434161094000017';
  const LOADED = { datum: '2025-03-04T08:00:00+01:00', status: 'Ins Zustellfahrzeug geladen' };
  const ENDED = { datum: '2025-03-04T11:30:00+01:00', status: 'Die Sendung wurde zugestellt.' };
  const details = (more: object) => ({
    sendungsnummern: { sendungsnummer: NUMBER },
    sendungsverlauf: {
      datumAktuellerStatus: ENDED.datum,
      status: ENDED.status,
      events: [{ ...LOADED, ort: 'Bonn' }, ENDED],
    },
    ...more,
  });
  const page = (more: object) => ({ sendungen: [{ id: NUMBER, sendungsdetails: details(more) }] });

  it('has the words of parcel-de and a flag of delivery, about the newest of its events', () => {
    const report = reportOf(read(page({ istZugestellt: true, empfaenger: 'A PERSON' })));
    expect(report.trackingNumber).toBe(NUMBER);
    expect(report.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [expect.objectContaining({ service: 'parcel-de' }), '2025-03-04T08:00:00'],
      [{ service: 'parcel-de', statusCode: 'delivered' }, '2025-03-04T11:30:00'],
    ]);
    expect(report.facts[0]?.codes['statusCode']).toBeUndefined();
    expect(report.facts[0]?.place?.city).toBe('Bonn');
    expect(report.snapshot.returnFlag).toBeNull();
    expect(JSON.stringify(report)).not.toContain('A PERSON');
  });

  it('makes no delivery of the words alone', () => {
    for (const more of [{}, { istZugestellt: false }, { istZugestellt: 'maybe' }]) {
      expect(JSON.stringify(read(page(more)))).not.toContain('"delivered"');
    }
  });

  it('keeps a parcel ready for collection, even where the flag is set', () => {
    const now = {
      datum: ENDED.datum,
      status: 'Die Sendung liegt in der Filiale zur Abholung bereit.',
    };
    const way = { datumAktuellerStatus: now.datum, status: now.status, events: [now] };
    const report = reportOf(read(page({ istZugestellt: true, sendungsverlauf: way })));
    expect(report.facts[0]?.codes['status']).toBe('LA');
  });

  it('marks what is sent back, by the parcel or by one event', () => {
    const of = (more: object) => reportOf(read(page(more))).snapshot.returnFlag;
    expect(of({ istZugestellt: true, ruecksendung: true })).toBe(true);
    const way = { events: [{ ...ENDED, ruecksendung: true }] };
    expect(of({ sendungsverlauf: way })).toBe(true);
  });

  it('tells a number it knows nothing of, and takes a parcel without its list', () => {
    const missing = { id: NUMBER, sendungNichtGefunden: { keineDatenVerfuegbar: true } };
    expect(read({ sendungen: [missing] })).toMatchObject({
      outcome: 'not_found',
      trackingNumbers: [NUMBER],
    });
    expect(reportOf(read({ sendungsdetails: details({}) })).facts).toHaveLength(2);
    const told = { ...missing, sendungsdetails: details({}) };
    expect(reportOf(read({ sendungen: [told] })).facts).toHaveLength(2);
    expect(read({ sendungen: [{ id: NUMBER }] }).outcome).toBe('unreadable');
    expect(read({ sendungen: [] }).outcome).toBe('unreadable');
  });
});

describe('what the tracking page of dhl.com showed until 2020', () => {
  const NUMBER = '9356579890';
  const courier = {
    description: 'With delivery courier',
    date: 'Monday, February 04, 2019 ',
    time: '09:15',
    location: 'LEIPZIG - GERMANY',
  };
  const page = (status: object, checkpoints: readonly object[]) => ({
    results: [{ id: NUMBER, delivery: status, checkpoints }],
  });

  it('has the words of Express beside the status of the whole', () => {
    const report = reportOf(read(page({ code: '102', status: 'in transit' }, [courier])));
    expect(report.trackingNumber).toBe(NUMBER);
    expect(report.facts).toMatchObject([
      { codes: { service: 'express', status: 'WC' }, time: { local: '2019-02-04T09:15' } },
    ]);
    expect(report.snapshot.summary?.codes['status']).toBe('102');
  });

  it('leaves out what has no date that can be read: the status of the whole stays', () => {
    const lines = [
      { ...courier, date: 'Montag, Februar 04, 2019' },
      { ...courier, date: undefined },
    ];
    const report = reportOf(read(page({ code: 101, status: 'delivered' }, lines)));
    expect(report.facts).toEqual([]);
    expect(report.snapshot.summary?.codes).toMatchObject({
      status: '101',
      statusCode: 'delivered',
    });
  });

  it('is told from results of other things', () => {
    expect(read({ results: [{ id: NUMBER, name: 'x' }] }).outcome).toBe('unreadable');
    const unnamed = JSON.stringify({ results: [{ delivery: { code: 101, status: 'delivered' } }] });
    expect(parse({ text: unnamed, asked: NUMBER }).outcome).toBe('unreadable');
    expect(read(page({ code: 'x' }, [])).outcome).toBe('unreadable');
  });
});
