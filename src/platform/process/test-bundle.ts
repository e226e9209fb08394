import { importModule } from '../import-module.ts';
import { shippedFile } from '../shipped.ts';

/** Bundles the sources, as `node bin/waybill.js` does before a hub: forkContained runs the bundle. */
export async function openTestBundle(): Promise<void> {
  const bundle = (await importModule(shippedFile('bin/bundle.js'))) as {
    openBundle(): Promise<string | null>;
  };
  await bundle.openBundle();
}
