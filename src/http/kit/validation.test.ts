import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '../../kernel/errors.ts';
import { problemBody } from './problem.ts';
import { parseBody } from './validation.ts';

const schema = z.strictObject({
  name: z.string().max(3),
  count: z.int().optional(),
  ready: z.boolean().optional(),
  kind: z.enum(['a', 'b']).optional(),
  list: z.array(z.string()).optional(),
  either: z.union([z.string(), z.number()], { error: 'Send a text or a number.' }).optional(),
  some: z.array(z.string().min(1)).min(1).max(1).optional(),
  share: z.number().gt(0).max(10).optional(),
  map: z.record(z.string().max(2), z.number()).optional(),
  to: z
    .discriminatedUnion(
      'at',
      [z.object({ at: z.literal('x') }), z.object({ at: z.literal('y') })],
      {
        error: 'Send at as one of x, y.',
      },
    )
    .optional(),
});

function refusalOf(value: unknown) {
  try {
    parseBody(schema, value);
  } catch (error) {
    if (error instanceof Problem) return problemBody(error, '');
  }
  throw new Error('was not refused');
}

describe('a body of the wrong type', () => {
  it.each([
    [[], 'a list'],
    [null, 'null'],
    ['a', 'a text'],
    [7, 'a number'],
    [true, 'true'],
  ])('is rejected as a whole, naming what was found: %j', (value, found) => {
    const { detail, errors } = refusalOf(value);
    expect(detail).toBe(`The body cannot be used as a whole: expected an object, found ${found}.`);
    const reason = `Expected an object, found ${found}.`;
    expect(errors).toEqual([{ pointer: '', reason, fix: 'Send an object.' }]);
  });
});

describe('an invalid member', () => {
  it.each([
    [{ name: 5 }, '/name', 'Expected a text, found a number.', 'Send a text.'],
    [{ name: null }, '/name', 'Expected a text, found null.', 'Send a text.'],
    [{}, '/name', 'Missing.', 'Send a text.'],
    [
      { name: 'n', count: 1.5 },
      '/count',
      'Expected a whole number, found a number with a fraction.',
      'Send a whole number.',
    ],
    [{ name: 'n', count: '1' }, '/count', 'Expected a number, found a text.', null],
    [{ name: 'n', ready: 'yes' }, '/ready', 'Expected true or false, found a text.', null],
    [{ name: 'n', list: {} }, '/list', 'Expected a list, found an object.', 'Send a list.'],
    [{ name: 'n', list: [false] }, '/list/0', 'Expected a text, found false.', null],
    [{ name: 'n', kind: 1 }, '/kind', 'Not an allowed value, being a number.', 'Send one of a, b.'],
    [
      { name: 'n', either: [] },
      '/either',
      'Found a list, which is not allowed here.',
      'Send a text or a number.',
    ],
    [{ name: 'n', to: { at: 'z' } }, '/to/at', 'Not an allowed value.', 'Send at as one of x, y.'],
    [{ name: 'n', to: {} }, '/to/at', 'Missing.', 'Send at as one of x, y.'],
    [{ name: 'n', map: { abc: 1 } }, '/map/abc', 'Its name: more than 2 characters.', null],
    [{ name: 'long' }, '/name', 'More than 3 characters.', 'Send at most 3 characters.'],
    [{ name: 'n', some: [''] }, '/some/0', 'It is empty.', 'Send at least 1 character.'],
    [{ name: 'n', some: [] }, '/some', 'It is empty.', 'Send at least 1 item.'],
    [{ name: 'n', some: ['a', 'b'] }, '/some', 'More than 1 item.', 'Send at most 1 item.'],
    [{ name: 'n', share: 0 }, '/share', 'Not above 0.', 'Send more than 0.'],
    [{ name: 'n', share: 11 }, '/share', 'Above 10.', 'Send 10 or less.'],
  ])('is named with what was found and what was expected: %j', (value, pointer, reason, fix) => {
    const { errors } = refusalOf(value);
    expect(errors).toMatchObject([{ pointer, reason, ...(fix === null ? {} : { fix }) }]);
  });

  it('is never quoted', () => {
    expect(JSON.stringify(refusalOf({ name: 'Secret Name' }).errors)).not.toContain('Secret');
  });
});
