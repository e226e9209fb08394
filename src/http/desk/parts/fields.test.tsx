import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { Problem } from '../../../kernel/errors.ts';
import { Faults } from './faults.tsx';
import { Fault } from './fields.tsx';

it('what is said in English is marked as such, the name of a field in another language is not', () => {
  expect(renderToString(<Fault isEnglish>Too short.</Fault>)).toMatch(/<p [^>]*lang="en"/);
  expect(renderToString(<Fault>Falsch.</Fault>)).not.toContain('lang=');
  const errors = [{ pointer: '/name', reason: 'It is empty.', fix: 'Say it.' }];
  const problem = new Problem('invalid', 'The form cannot be used.', { errors });
  const html = renderToString(<Faults problem={problem} names={{ '/name': 'Name' }} />);
  expect(html).toContain('Name: <span lang="en">It is empty. Say it.</span>');
});
