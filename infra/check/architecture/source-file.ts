import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One source file of the project. */
export interface SourceFile {
  /** From the project's folder, with slashes. */
  path: string;
  text: string;
}

/** A node of the syntax tree, as much of it as the rules need. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface ImportOf {
  module: string;
  /** The imported names; empty for a dynamic import, a namespace and `export *`. */
  names: string[];
  line: number;
}

export interface ParsedFile extends SourceFile {
  imports: ImportOf[];
  program: SyntaxNode;
  lineOf(position: number): number;
}

const folders = ['packages', 'services', 'examples', 'infra'];
const skipped = new Set(['node_modules', '.turbo', '.vigie', 'target']);

/** Every source file of the workspaces and of infra, TypeScript and the rest. */
export function readSourceFiles(root: string): SourceFile[] {
  const paths = [...folders.flatMap((folder) => listFiles(root, folder)), 'vitest.config.ts'];
  return paths.filter((path) => /\.(ts|mjs|py|lua)$/.test(path)).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`]));
}

/** Tests and what only they use: they may reach further than the code they test. */
export function isTestFile(path: string): boolean {
  return /\.(test|fixture)\.ts$|\/(e2e|proof)\//.test(path) || path.startsWith('packages/testkit/');
}

export function isScript(path: string): boolean {
  return /\.(ts|mjs)$/.test(path);
}

/** Errors   Error when the file is not JavaScript or TypeScript that can be parsed */
export function parseFile({ path, text }: SourceFile): ParsedFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: expected TypeScript, found: ${errors[0]!.message}`);
  const lineOf = (position: number): number => text.slice(0, position).split('\n').length;
  const imports = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      module: moduleRequest.value,
      names: entries.flatMap(({ importName }) => importName.name ?? []),
      line: lineOf(moduleRequest.start),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ moduleRequest, importName }) =>
        moduleRequest === null
          ? []
          : [{ module: moduleRequest.value, names: importName.name === null ? [] : [importName.name], line: lineOf(moduleRequest.start) }],
      ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      module: text.slice(start, end).replaceAll(/^['"`]|['"`]$/g, ''),
      names: [],
      line: lineOf(start),
    })),
  ];
  return { path, text, imports, program: program as unknown as SyntaxNode, lineOf };
}

/** Calls `visit` for every node, parents first, with the nodes above it (the nearest last). */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, above: SyntaxNode[]) => void, above: SyntaxNode[] = []): void {
  visit(node, above);
  const path = [...above, node];
  for (const child of Object.values(node).flat()) if (isNode(child)) walk(child, visit, path);
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
