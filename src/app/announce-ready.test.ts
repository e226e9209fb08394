import { expect, test } from 'vitest';
import { announceReady } from './announce-ready.ts';

function announced(
  isTTY: boolean,
  format: 'json' | 'text' | null,
  apiKey: string | null = 'wb_test_abc',
) {
  const texts = { stdout: '', stderr: '' };
  announceReady({ url: 'http://127.0.0.1:8080', apiKey }, format, {
    stdout: { write: (line) => (texts.stdout += line) },
    stderr: {
      isTTY,
      write(line) {
        texts.stderr += line;
      },
    },
  });
  return texts;
}

const READY = '{"event":"ready","url":"http://127.0.0.1:8080","api_key":"wb_test_abc"}\n';

test('a person at a terminal gets a banner with the link, the key and how to stop', () => {
  const { stdout, stderr } = announced(true, null);
  expect(stdout).toBe(READY);
  expect(stderr).toMatch(/Open +http:\/\/127\.0\.0\.1:8080\n/);
  expect(stderr).toMatch(/Key +wb_test_abc /);
  expect(stderr).toMatch(/Stop +Ctrl-C\n/);
});

test('a key that exists already is not shown', () => {
  const { stdout, stderr } = announced(true, null, null);
  expect(stdout).toContain('"api_key":null');
  expect(stderr).not.toContain('Key');
});

test.each([
  ['a redirected log', false, null],
  ['a redirected log of readable lines', false, 'text'],
  ['a terminal that is to show JSON', true, 'json'],
] as const)('%s gets no banner, so no key', (_, isTTY, format) => {
  expect(announced(isTTY, format)).toEqual({ stdout: READY, stderr: '' });
});
