import { describe, expect, it } from 'vitest';
import { calendarAt } from '../calendar/test-calendar.ts';
import { predictionPolicy } from '../policy/policy.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { choosePrediction } from './choose.ts';
import type { Prediction, Situation } from './prediction.ts';
import { carrier, model, NOW_MS, rule, situation } from './test-situation.ts';

const DAY_MS = 86_400_000;
const choose = (is: Partial<Situation>) => choosePrediction(SHIPPED, situation(is));
const codes = ({ reasons }: Prediction) => reasons.map(({ code }) => code);

describe('the chain', () => {
  it('uses the model while it is confident, with its window', () => {
    const chosen = choose({
      candidates: [model([1, 4, 5]), carrier('2026-11-20'), rule('2026-11-18')],
    });
    expect(chosen).toMatchObject({
      source: 'model',
      date: '2026-11-23',
      from: '2026-11-20',
      to: '2026-11-24',
      late: false,
      confidence: 0.647,
    });
    expect(codes(chosen)).toEqual(['model_chosen']);
  });

  it('uses the carrier’s date unchanged if the model is not confident, or absent', () => {
    const announced = carrier(
      '2026-11-20',
      '2026-11-20T10:00:00+01:00',
      '2026-11-20T12:00:00+01:00',
    );
    const unsure = choose({ candidates: [model([1, 4, 90]), announced] });
    expect(unsure).toMatchObject({ source: 'carrier', date: '2026-11-20', from: announced.from });
    expect(unsure.to).toBe(announced.to);
    expect(unsure.reasons[0]).toMatchObject({ code: 'model_unsure', needed: 0.2 });
    expect(codes(choose({ candidates: [announced] }))).toEqual(['model_absent', 'carrier_chosen']);
  });

  it('counts two working days from the last hub scan if there is nothing better', () => {
    const counted = choose({ candidates: [rule('2026-11-19')] });
    expect(counted).toMatchObject({
      source: 'rule',
      date: '2026-11-23',
      from: '2026-11-20',
      to: '2026-11-25',
      confidence: 0.3,
      late: false,
    });
    expect(codes(counted)).toEqual(['model_absent', 'carrier_absent', 'rule_chosen', 'weekend']);
  });

  it('gives no date when nothing is known', () => {
    const none = choose({});
    expect(none).toMatchObject({ source: 'none', date: null, from: null, to: null, late: false });
    expect(none.confidence).toBe(0);
    expect(codes(none)).toEqual(['model_absent', 'carrier_absent', 'rule_absent']);
    expect(choose({ promised: '2026-11-18' })).toMatchObject({ source: 'none', late: true });
  });

  it('counts by service level and country, on the days the service comes', () => {
    const express = { carrier: 'acme', serviceLevel: 'Express' };
    const at = (is: Partial<Situation>) => choose(is).date;
    expect(at({ candidates: [rule('2026-11-18')], service: express })).toBe('2026-11-19');
    expect(at({ candidates: [rule('2026-11-18', { isAbroad: true })] })).toBe('2026-11-26');
    expect(at({ candidates: [rule('2026-11-18', { after: 'hand_over' })] })).toBe('2026-11-24');
    expect(at({ candidates: [rule('2026-11-19', { after: 'out_for_delivery' })] })).toBe(
      '2026-11-19',
    );
    const policy = predictionPolicy.parse({
      ...SHIPPED,
      delivery: { ...SHIPPED.delivery, carriers: { acme: { delivers_also: ['sat'] } } },
    });
    const saturday = choosePrediction(
      policy,
      situation({
        candidates: [rule('2026-11-20')],
        service: express,
        calendar: calendarAt('DE', { policy, serviceLevel: 'Express' }),
      }),
    );
    expect(saturday.date).toBe('2026-11-21');
  });

  it('names the holiday that a day was moved for', () => {
    const christmas = choose({
      nowMs: Date.parse('2026-12-23T10:00:00Z'),
      candidates: [rule('2026-12-23')],
    });
    expect(christmas.date).toBe('2026-12-28');
    expect(christmas.reasons).toContainEqual({
      code: 'holiday',
      date: '2026-12-25',
      name: 'Christmas Day',
    });
  });
});

describe('a parcel that is late', () => {
  it('gets a new window from the model, from parcels that took as long', () => {
    const usual = model([1, 2, 4], { startMs: NOW_MS - 6 * DAY_MS });
    const late = choose({ candidates: [usual] });
    expect(late.late).toBe(true);
    expect(codes(late)).toContain('slower_than_usual');
    expect((late.date ?? '') >= '2026-11-19').toBe(true);
    expect((late.to ?? '') > (late.from ?? '')).toBe(true);
  });

  it('is counted again when the carrier’s date has passed, from the last scan or that date', () => {
    const scanned = choose({ candidates: [carrier('2026-11-18'), rule('2026-11-18')] });
    expect(scanned).toMatchObject({ source: 'rule', date: '2026-11-20', late: true });
    expect(codes(scanned)).toContain('carrier_passed');
    const bare = choose({ candidates: [carrier('2026-11-18')] });
    expect(bare).toMatchObject({ source: 'rule', date: '2026-11-19', late: true });
    expect(bare.reasons).toContainEqual({ code: 'rule_chosen', after: 'carrier_date', days: 0 });
  });

  it('has a wider window and less confidence the longer it is late', () => {
    const scanned = ['2026-11-16', '2026-11-12', '2026-11-04', '2026-10-20'];
    const all = scanned.map((date) => choose({ candidates: [rule(date)] }));
    for (const each of all) {
      expect(each.late).toBe(true);
      expect((each.from ?? '') >= '2026-11-19').toBe(true);
    }
    const ends = all.map(({ to }) => to ?? '');
    expect(ends).toEqual([...ends].sort());
    const sure = all.map(({ confidence }) => confidence);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    expect(new Set(ends).size).toBe(ends.length);
  });

  it('is late by what was promised, whatever the source of the date', () => {
    const candidates = [model([1, 2, 3])];
    expect(choose({ candidates, promised: '2026-11-19' }).late).toBe(false);
    const late = choose({ candidates, promised: '2026-11-18' });
    expect(late).toMatchObject({ source: 'model', late: true });
    expect(late.reasons).toContainEqual({ code: 'promise_passed', date: '2026-11-18' });
    expect(choose({ candidates: [...candidates, carrier('2026-11-18')] }).late).toBe(true);
  });

  it('takes the carrier’s day without its hours if those end before they begin', () => {
    const hours = (from: string, to: string) =>
      choose({ candidates: [carrier('2026-11-20', from, to)] });
    const day = { source: 'carrier', date: '2026-11-20', late: false };
    const reversed = hours('2026-11-20T12:00:00+01:00', '2026-11-20T10:00:00+01:00');
    expect(reversed).toMatchObject({ ...day, from: null, to: null });
    const today = hours('2026-11-19T12:00:00+01:00', '2026-11-19T10:00:00+01:00');
    expect(today).toMatchObject({ ...day, from: null, to: null });
    const untilDay = hours('2026-11-20T08:00:00+01:00', '2026-11-20');
    expect(untilDay).toMatchObject({ ...day, from: '2026-11-20T08:00:00+01:00', to: '2026-11-20' });
  });

  it('keeps the carrier’s day when only its hours are over', () => {
    const announced = carrier('2026-11-19', '2026-11-19T08:00', '2026-11-19T10:00');
    const over = choose({ candidates: [announced] });
    expect(over).toMatchObject({ date: '2026-11-19', from: null, to: null, late: true });
    expect(choose({ candidates: [carrier('2026-11-19', null, '2026-11-19T23:59')] }).late).toBe(
      false,
    );
  });
});

describe('clocks', () => {
  it('at the destination decide whether a day is over', () => {
    const evening = Date.parse('2026-11-19T21:30:00Z');
    const candidates = [rule('2026-11-19', { after: 'out_for_delivery' })];
    const berlin = choose({ candidates, nowMs: evening });
    expect(berlin).toMatchObject({ date: '2026-11-20', late: false });
    expect(codes(berlin)).toContain('day_over');
    expect(choose({ candidates, nowMs: evening, zone: 'America/New_York' }).date).toBe(
      '2026-11-19',
    );
  });

  it('let the model name no evening without deliveries, nor a day that may be over', () => {
    const evening = Date.parse('2026-11-19T20:30:00Z');
    const candidates = [model([0.05, 0.1, 1], { startMs: evening })];
    expect(choose({ candidates, nowMs: evening })).toMatchObject({
      source: 'model',
      date: '2026-11-20',
      from: '2026-11-20',
      to: '2026-11-20',
    });
    const noon = Date.parse('2026-11-19T11:30:00Z');
    const soon = [model([0.05, 0.1, 1], { startMs: noon })];
    expect(choose({ candidates: soon, nowMs: noon, zone: null }).from).toBe('2026-11-20');
  });

  it('that are unknown make no parcel late, and name no day that may be over', () => {
    const nowMs = Date.parse('2026-11-19T11:30:00Z');
    const chosen = choose({ candidates: [carrier('2026-11-18')], zone: null, nowMs });
    expect(chosen).toMatchObject({ source: 'carrier', date: '2026-11-18', late: false });
    expect(codes(chosen)).toContain('zone_unknown');
    const counted = choose({ candidates: [rule('2026-11-17')], zone: null, nowMs });
    expect(counted).toMatchObject({ date: '2026-11-20', late: false });
  });

  it('about unknown holidays are reported', () => {
    const odd = choose({ candidates: [rule('2026-11-19')], calendar: calendarAt('XX') });
    expect(codes(odd)).toContain('holidays_unknown');
  });
});
