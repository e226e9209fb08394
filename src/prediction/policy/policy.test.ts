import { describe, expect, it } from 'vitest';
import {
  deliveryTerm,
  parsePredictionPolicy,
  predictionPolicy,
  readPredictionPolicy,
  ruleTerm,
} from './policy.ts';

import { SHIPPED } from './test-policy.ts';

const SEVEN = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const service = (carrier: string | null, serviceLevel: string | null) => ({
  carrier,
  serviceLevel,
});

describe('the policy that ships', () => {
  it('counts two working days from the last scan at a hub, fewer for faster services', () => {
    expect(ruleTerm(SHIPPED, service('acme', null), 'after_scan')).toBe(2);
    expect(ruleTerm(SHIPPED, service('acme', 'standard'), 'after_scan')).toBe(2);
    expect(ruleTerm(SHIPPED, service(null, 'Express'), 'after_scan')).toBe(1);
    expect(ruleTerm(SHIPPED, service(null, 'Next-Day'), 'after_scan')).toBe(1);
    expect(ruleTerm(SHIPPED, service(null, 'economy'), 'after_scan')).toBe(4);
  });

  it('lets no faster service arrive later than a slower one, also from abroad', () => {
    const services = ['same_day', 'overnight', 'next_day', 'express', 'standard', 'economy'];
    const days = services.map((name) => {
      const term = (key: 'after_hand_over' | 'abroad') =>
        ruleTerm(SHIPPED, service(null, name), key);
      return term('after_hand_over') + term('abroad');
    });
    expect(days).toEqual([...days].sort((a, b) => a - b));
  });

  it('lists only weekends that differ from the default', () => {
    for (const weekend of Object.values(SHIPPED.weekend.countries)) {
      expect(weekend).not.toEqual(SHIPPED.weekend.default);
    }
  });
});

describe('terms of a service', () => {
  const policy = predictionPolicy.parse({
    ...SHIPPED,
    rule: {
      ...SHIPPED.rule,
      carriers: {
        acme: { after_scan: 3, service_levels: { express: { after_scan: 9 } } },
        bolt: {},
      },
    },
    delivery: { ...SHIPPED.delivery, carriers: { acme: { cut_off: '12:00' } } },
  });

  it('are the most specific ones: carrier and level, carrier, level, all', () => {
    expect(ruleTerm(policy, service('acme', 'express'), 'after_scan')).toBe(9);
    expect(ruleTerm(policy, service('acme', 'economy'), 'after_scan')).toBe(3);
    expect(ruleTerm(policy, service('acme', 'economy'), 'abroad')).toBe(8);
    expect(ruleTerm(policy, service('bolt', 'economy'), 'after_scan')).toBe(4);
    expect(ruleTerm(policy, service(null, null), 'after_scan')).toBe(2);
    expect(deliveryTerm(policy, service('acme', null), 'cut_off')).toBe('12:00');
  });

  it('ignore inherited object members', () => {
    for (const odd of ['constructor', '__proto__', 'toString', '']) {
      expect(ruleTerm(policy, service(odd, odd), 'after_scan')).toBe(2);
    }
  });
});

describe('a policy file that cannot be used', () => {
  const whole = JSON.stringify(SHIPPED);
  const with_ = (part: object) => JSON.stringify({ ...SHIPPED, ...part });

  it.each([
    ['weekend: [', 'f.yaml:1:11: is not YAML'],
    ['weekend: {}\nweekend: {}\n', 'f.yaml:2:1: is not YAML'],
    ['', 'f.yaml:1:1: the file:'],
    ['a: &x 1\nb: *x\n', 'anchors and aliases'],
    [whole.replace('"17:00"', '"5 pm"'), 'delivery.cut_off: Write an hour and minute'],
    [with_({ shown: { date: 0.5, from: 0.6, to: 0.9 } }), 'shown: Write them in order'],
    [with_({ warning: { warn: 0.4, clear: 0.4 } }), '`clear` must be below `warn`'],
    [
      with_({ learning: { ...SHIPPED.learning, refresh: 'at night' } }),
      'learning.refresh: Write five fields as cron has them',
    ],
    [
      with_({ learning: { ...SHIPPED.learning, coverage: { from: 0.9, to: 0.8 } } }),
      'learning.coverage: `from` must be below `to`',
    ],
    [
      with_({ weekend: { default: ['sat'], countries: { DE: SEVEN } } }),
      'weekend.countries.DE: Leave a day to work on',
    ],
    [
      with_({ holidays: { worked: {}, closed: { DE: ['2027-02-30'] } } }),
      'holidays.closed.DE.0: Write a date',
    ],
  ])('reports where and what: %j', (text, said) => {
    expect(() => parsePredictionPolicy(text, 'f.yaml')).toThrow(said);
  });

  it('that does not exist is reported as missing', async () => {
    await expect(readPredictionPolicy('/nowhere/prediction.yaml')).rejects.toThrow('ENOENT');
  });
});
