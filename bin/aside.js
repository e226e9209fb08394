// A process that src/platform/aside.ts starts, with the file to be run as its argument.
import './typescript.js';

await import(process.argv[2]);
