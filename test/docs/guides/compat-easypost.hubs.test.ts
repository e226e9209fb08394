import { runGuide } from '../run-guide.ts';

runGuide('docs/compat/easypost.md');
