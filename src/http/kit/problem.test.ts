import { expect, it } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import { createLog } from '../../platform/observability/log.ts';
import { Overloaded } from '../../platform/work/group-commit.ts';
import { toProblem } from './problem.ts';

const log = createLog({ level: 'silent' });

it('a client is asked to retry when too many wait or the database is busy, and no other client is', () => {
  const crowded = toProblem(new Overloaded('2000 items are already waiting'), log);
  expect(crowded).toMatchObject({ code: 'overloaded', retryAfterS: 1 });
  for (const code of ['57014', '40P01', '55P03']) {
    const busy = toProblem(Object.assign(new Error('cancelled'), { code }), log);
    expect(busy).toMatchObject({ code: 'overloaded', retryAfterS: 5 });
  }
  expect(toProblem(new Error('a bug'), log)).toMatchObject({ code: 'internal' });
});

it('an expected error records no stack, which would cost more than the response, and later errors still do', () => {
  expect(
    new Problem('overloaded', { 'values.verbatim': { text: 'Come again.' } }).stack,
  ).not.toContain('problem.test');
  expect(new Error('a bug').stack).toContain('problem.test');
});
