import { runGuide } from '../run-guide.ts';

runGuide('docs/upgrading.md', 'own');
