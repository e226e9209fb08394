import { expect, it } from 'vitest';
import { withEsbuild } from './with-esbuild.ts';

it('a use that ends first does not stop the builds of another', async () => {
  const { text } = await withEsbuild(async (build) => {
    const building = build({
      stdin: { contents: 'export const answer = 42;' },
      bundle: true,
      format: 'esm',
      write: false,
    });
    await withEsbuild(async () => {});
    const { outputFiles } = await building;
    return outputFiles[0] ?? { text: '' };
  });
  expect(text).toContain('answer = 42');
});
