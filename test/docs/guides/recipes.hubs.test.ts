import { runGuide } from '../run-guide.ts';

runGuide('docs/recipes.md');
