import { runGuide } from '../run-guide.ts';

runGuide('docs/merchants.md');
