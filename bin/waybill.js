#!/usr/bin/env node
// The first versions of each line in which require() loads ES modules (bundle.js).
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || major === 21 || (major === 20 && minor < 19) || (major === 22 && minor < 12)) {
  console.error(`waybill needs Node.js 20.19, 22.12 or newer; this is ${process.version}.`);
  process.exit(1);
}

const { importModule } = await import('./typescript.js');
const { main } = await importModule(new URL('../src/main.ts', import.meta.url).href);
await main(process.argv);
