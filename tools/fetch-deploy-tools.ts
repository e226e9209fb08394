import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import process from 'node:process';
import {
  programOf,
  TOOLS,
  TOOLS_CACHE,
  type Tool,
  toolFolder,
} from '../test/support/deploy/tools.ts';

/**
 * Fetches the programs that check the chart and the Compose files: `npx tsx tools/fetch-deploy-tools.ts`.
 * Modules come from the Go proxy and are built here, helm in several minutes; packages come from
 * PyPI. Exits with 1 if one is missing; its tests are then skipped and say so.
 */
for (const tool of TOOLS) {
  if (existsSync(programOf(tool))) continue;
  try {
    fetchTool(tool);
    process.stdout.write(`${tool.name} ${tool.version} is in ${TOOLS_CACHE}\n`);
  } catch (error) {
    rmSync(toolFolder(tool), { recursive: true, force: true });
    process.stderr.write(`no ${tool.name} ${tool.version}: ${String(error)}\n`);
    process.exitCode = 1;
  }
}

function fetchTool(tool: Tool): void {
  const folder = toolFolder(tool);
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  if ('go' in tool.from) {
    run('go', 'install', '-ldflags=-s -w', `${tool.from.go}@${tool.version}`);
    return;
  }
  run('python3', '-m', 'venv', folder);
  const pip = `${folder}/bin/pip`;
  run(
    pip,
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `${tool.from.pypi}==${tool.version}`,
  );
}
