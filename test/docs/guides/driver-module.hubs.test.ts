import { runGuide } from '../run-guide.ts';

runGuide('docs/driver-module.md');
