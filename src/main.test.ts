import { afterEach, expect, it, vi } from 'vitest';
import { main } from './main.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it.each(['detect 1', 'mappings check', 'facilities list', 'keys list'])(
  'a setting that cannot be used is explained: %s',
  async (command) => {
    vi.stubEnv('PORT', 'abc');
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    await main(['node', 'waybill', ...command.split(' ')]);
    expect(said.join('')).toContain('PORT: expected a whole number from 0 to 65535; found "abc"');
    expect(said.join('')).not.toContain(' at ');
    expect(process.exitCode).toBe(2);
  },
);
