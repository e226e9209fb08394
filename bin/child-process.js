// The entry point of processes started by src/platform/process/child-process.ts; the file to run is
// its argument.
import { importModule } from './typescript.js';

await importModule(process.argv[2]);
