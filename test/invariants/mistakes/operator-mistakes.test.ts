import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mappingsCheck } from '../../../src/cli/mappings/check.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { ConfigError, readConfig } from '../../../src/platform/settings/config.ts';
import { leftOut } from './mistake.ts';
import {
  ARGUMENT_MISTAKES,
  GOOD_MAPPING,
  MAPPING_MISTAKES,
  SETTING_MISTAKES,
} from './operator-mistakes.ts';

/** Operators' mistakes: each answer says what is wrong, where, and how to fix it. */
const ACME = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};

describe('settings', () => {
  it.each(SETTING_MISTAKES)('$what', (mistake) => {
    let said = '';
    try {
      readConfig(mistake.env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      said = error.message;
    }
    expect([leftOut(mistake, { found: [said], fixes: [] }), said]).toEqual([[], said]);
  });
});

describe('arguments', () => {
  it.each(ARGUMENT_MISTAKES)('$what', async (mistake) => {
    const program = createProgram();
    const lines: string[] = [];
    quietly(program, (text) => void lines.push(text));
    await expect(program.parseAsync(mistake.args, { from: 'user' })).rejects.toThrow();
    const said = lines.join('');
    expect([leftOut(mistake, { found: [said], fixes: [] }), said]).toEqual([[], said]);
  });

  function quietly(command: Command, writeErr: (text: string) => void): void {
    command.exitOverride().configureOutput({ writeErr, writeOut: writeErr });
    for (const each of command.commands) quietly(each, writeErr);
  }
});

describe('a mapping file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mistakes-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(MAPPING_MISTAKES)('$what', async (mistake) => {
    expect(GOOD_MAPPING).toContain(mistake.from);
    const file = path.join(folder, 'acme.yaml');
    await writeFile(file, GOOD_MAPPING.replace(mistake.from, mistake.to));
    const lines: string[] = [];
    const ended = await mappingsCheck(
      { folder, carriers: [ACME] },
      (line) => void lines.push(line),
    );
    const said = lines.join('\n');
    expect([ended, leftOut(mistake, { found: [said], fixes: [] }), said]).toEqual([1, [], said]);
  });
});
