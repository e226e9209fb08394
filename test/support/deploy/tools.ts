import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A program that checks deployments and that Debian does not have. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  /** A program of a Go module, or a package of PyPI with a program of its name. */
  readonly from: { readonly go: string } | { readonly pypi: string };
}

export const HELM: Tool = {
  name: 'helm',
  version: 'v4.3.2',
  from: { go: 'helm.sh/helm/v4/cmd/helm' },
};
/** Has the schemas of all versions of Kubernetes that the chart supports. */
export const KUBERNETES_VALIDATE: Tool = {
  name: 'kubernetes-validate',
  version: '1.37.0',
  from: { pypi: 'kubernetes-validate' },
};
/** What Docker Compose reads its files with. */
export const COMPOSE: Tool = {
  name: 'compose',
  version: 'v2.16.2',
  from: { go: 'github.com/compose-spec/compose-go/v2/cmd' },
};
export const TOOLS = [COMPOSE, KUBERNETES_VALIDATE, HELM];

/** Outside of the repository, because building helm takes minutes: an empty checkout finds it, too. */
export const TOOLS_CACHE =
  process.env['WAYBILL_TOOLS_CACHE'] ?? path.join(os.homedir(), '.cache/waybill-tools');

/** The folder of a fetched tool. */
export const toolFolder = ({ name, version }: Tool) => path.join(TOOLS_CACHE, `${name}-${version}`);

/** The program of a fetched tool. */
export function programOf(tool: Tool): string {
  const inside = 'go' in tool.from ? path.basename(tool.from.go) : `bin/${tool.from.pypi}`;
  return path.join(toolFolder(tool), inside);
}

/** Why a tool cannot be used here; null if it can. */
export function whyNoTool(tool: Tool): string | null {
  if (existsSync(programOf(tool))) return null;
  return `${tool.name} ${tool.version} is not fetched (npx tsx tools/fetch-deploy-tools.ts)`;
}
