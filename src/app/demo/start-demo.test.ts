import { expect, it } from 'vitest';
import { decideDemo } from './start-demo.ts';

const TRIAL = { demo: 'auto', sandbox: true, bootstrapKey: null, databaseUrl: null } as const;
const FIRST = { isFirstStart: true, state: null };

it('makes the demo on the first start of a hub on trial', () => {
  expect(decideDemo(TRIAL, FIRST)).toBe('make');
});

it.each([
  ['it is not the first start', {}, { isFirstStart: false }],
  ['the hub has a key of its own', { bootstrapKey: 'wb_test_own' }, {}],
  ['the sandbox is off', { sandbox: false }, {}],
  ['the database is external', { databaseUrl: 'postgres://db/waybill' }, {}],
  ['there is one', {}, { state: 'made' as const }],
  ['one is being made', {}, { state: 'making' as const }],
])('makes none by itself if %s', (_why, config, start) => {
  expect(decideDemo({ ...TRIAL, ...config }, { ...FIRST, ...start })).toBeNull();
});

it('makes one on request on any start, and only if there is none', () => {
  const external = {
    ...TRIAL,
    demo: 'on',
    sandbox: false,
    databaseUrl: 'postgres://db/w',
  } as const;
  expect(decideDemo(external, { isFirstStart: false, state: null })).toBe('make');
  expect(decideDemo(external, { isFirstStart: false, state: 'removing' })).toBeNull();
});

it('removes one on request, complete or not', () => {
  const off = { ...TRIAL, demo: 'off' } as const;
  for (const state of ['making', 'made', 'removing'] as const)
    expect(decideDemo(off, { isFirstStart: false, state })).toBe('remove');
  expect(decideDemo(off, FIRST)).toBeNull();
});
