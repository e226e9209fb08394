#!/usr/bin/env node
// Runs the TypeScript sources as they are: there is no build step that could go stale.
import { register as registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`waybill needs Node.js 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const { register } = await import('tsx/esm/api');
// Named, because tsx would otherwise take the tsconfig.json of whatever folder this is run in.
register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
registerHooks('./adapter-resolve.js', import.meta.url);
const { main } = await import('../src/main.ts');
await main(process.argv);
