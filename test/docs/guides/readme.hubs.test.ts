import { runGuide } from '../run-guide.ts';

runGuide('README.md');
