#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`waybill needs Node.js 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const { importModule } = await import('./typescript.js');
const { main } = await importModule(new URL('../src/main.ts', import.meta.url).href);
await main(process.argv);
