#!/usr/bin/env node
import { register } from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`waybill needs Node.js 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

await import('./typescript.js');
register('./adapter-resolve.js', import.meta.url);
const { main } = await import('../src/main.ts');
await main(process.argv);
