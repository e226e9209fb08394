import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { readLayout } from './mail-layout.ts';

it('refuses to start with a layout that was compiled from another mail.mjml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-templates-'));
  try {
    cpSync(join(PROJECT_ROOT, 'config/templates'), folder, { recursive: true });
    expect(() => readLayout(folder)).not.toThrow();
    appendFileSync(join(folder, 'mail.mjml'), '<!-- edited -->\n');
    expect(() => readLayout(folder)).toThrow(
      /mail\.gen\.html was not compiled from the current .*mail\.mjml\. Run "npm run generate"/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
