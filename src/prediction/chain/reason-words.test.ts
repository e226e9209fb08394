import { expect, it } from 'vitest';
import { localeOf, messagesIn } from '../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language } from '../../platform/messages/languages.ts';
import { FEATURES } from '../features/feature-columns.ts';
import type { Driver } from '../model/forecast-parcel.ts';
import { STAGE_FEATURES } from '../stage/stage-features.ts';
import type { Reason } from './prediction.ts';
import { driverInWords, reasonInWords } from './reason-words.ts';

const inWords = (driver: Driver, language: Language) =>
  driverInWords(driver, messagesIn(language).prediction, localeOf(language));

it.each<[Reason, string]>([
  [
    { code: 'rule_chosen', after: 'hand_over', days: 4 },
    'By rule, a parcel arrives 4 working days after the hand-over.',
  ],
  [
    { code: 'rule_chosen', after: 'scan', days: 1 },
    'By rule, a parcel arrives 1 working day after the newest scan.',
  ],
  [
    { code: 'rule_chosen', after: 'out_for_delivery', days: 0 },
    'By rule, a parcel arrives on the day of the loading on the vehicle.',
  ],
  [
    { code: 'model_unsure', confidence: 0.1, needed: 0.2 },
    'The model is not confident enough: 0.1, and 0.2 is required.',
  ],
  [
    { code: 'holiday', date: '2026-12-25', name: 'Christmas Day' },
    'Nothing is delivered on 2026-12-25 (Christmas Day).',
  ],
  [{ code: 'holiday', date: '2026-12-24', name: null }, 'Nothing is delivered on 2026-12-24.'],
  [{ code: 'still_out', date: '2026-11-20' }, 'It has been on the vehicle since 2026-11-20.'],
  [
    { code: 'out_for_delivery', by: 'lane' },
    'It is on the vehicle; the hours are those of deliveries on its trade lane.',
  ],
])('%o is a sentence', (reason, said) => {
  expect(reasonInWords(reason, messagesIn('en').prediction)).toBe(said);
});

it.each([
  [
    { feature: 'lane_residual_7', days: -1.25 },
    'How late or early parcels on its route arrived in the last 7 days: saves 1.3 days, compared with the average parcel.',
  ],
  [
    { feature: 'sender_under_way', days: 0.2 },
    'How many parcels from its sender are still in transit: adds 0.2 days, compared with the average parcel.',
  ],
  [
    { feature: 'weight_g', days: 2 },
    'The weight: adds 2.0 days, compared with the average parcel.',
  ],
  [{ feature: 'carrier', days: 2 }, 'Carrier: adds 2.0 days, compared with the average parcel.'],
])('the model’s drivers are given in days: %o', (driver, said) => {
  expect(inWords(driver, 'en')).toBe(said);
});

it.each(LANGUAGES)('every column of a model has a text in %s', (language) => {
  const features: Readonly<Record<string, string>> =
    messagesIn(language).prediction.drivers.features;
  const names = [...FEATURES, ...STAGE_FEATURES].map(({ name }) => name);
  for (const name of names) {
    const said = inWords({ feature: name, days: 1 }, language);
    expect(said).not.toMatch(/undefined|_|\{|\}/);
    expect(features[name] ?? /_(pace|residual|under_way)/.exec(name), name).toBeTruthy();
    if (language !== 'en') expect(said).not.toBe(inWords({ feature: name, days: 1 }, 'en'));
  }
  const known = new Set(names);
  expect(Object.keys(features).filter((name) => !known.has(name))).toEqual([]);
});

it.each([
  [
    'de',
    { feature: 'silent_days', days: 1.25 },
    'Wie lange es keine Meldung mehr gab: 1,3 Tage mehr als bei Paketen im Durchschnitt.',
  ],
  [
    'es',
    { feature: 'lane_pace_20', days: -2 },
    'Con qué rapidez llega ahora el primer 20 % (paquetes de su ruta): 2,0 días menos que el promedio de los paquetes.',
  ],
  [
    'fr',
    { feature: 'weather', days: 2 },
    'La météo à destination : 2,0 jours de plus que la moyenne des colis.',
  ],
] as const)('in %s the model’s drivers use the usual wording', (language, driver, said) => {
  expect(inWords(driver, language)).toBe(said);
});
