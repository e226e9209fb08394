import { expect, it } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import { createLog } from '../../platform/observability/log.ts';
import { Overloaded } from '../../platform/work/group-commit.ts';
import { toProblem } from './problem.ts';

const log = createLog({ level: 'silent' });

it('whoever comes where too many wait is told to come again, and nobody else is', () => {
  const crowded = toProblem(new Overloaded('2000 items are already waiting'), log);
  expect(crowded).toMatchObject({ code: 'overloaded', retryAfterS: 1 });
  expect(toProblem(new Error('a bug'), log)).toMatchObject({ code: 'internal' });
});

it('a refusal records no stack, which would cost more than the answer, and later errors still do', () => {
  expect(new Problem('overloaded', 'Come again.').stack).not.toContain('problem.test');
  expect(new Error('a bug').stack).toContain('problem.test');
});
