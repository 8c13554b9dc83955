import { isCore, packageOf } from './layers.ts';
import { isNode, isTestFile, walk } from './source-file.ts';
import type { ParsedFile, SyntaxNode } from './source-file.ts';

const impureObjects = new Set(['process', 'performance', 'console']);
const impureMembers = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues', 'Temporal.Now']);
const impureCalls = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'Date']);

/**
 * What reads a clock, chance or the environment where it must not: anywhere in the sources of the pure core; in adapters and services only the environment,
 * which a service's main.ts alone reads.
 */
export function purityProblems(file: ParsedFile): string[] {
  const owner = packageOf(file.path);
  if (isTestFile(file.path) || !file.path.startsWith(`${owner}/src/`)) return [];
  const inCore = isCore(owner);
  if (!inCore && !readsNoEnvironment(owner, file.path)) return [];
  const problems: string[] = [];
  walk(file.program, (node) => {
    const found = inCore ? impurityOf(node) : environmentOf(node);
    if (found === undefined) return;
    const place = inCore ? 'the pure core' : `${owner} outside main.ts`;
    problems.push(
      `${file.path}:${file.lineOf(node.start)}: expected ${place} to be given what it needs, found ${found}; take it as an argument`,
    );
  });
  return problems;
}

function readsNoEnvironment(owner: string, path: string): boolean {
  const isAdapter = ['packages/kafka', 'packages/redis', 'packages/clickhouse'].includes(owner);
  return isAdapter || (owner.startsWith('services/') && !path.endsWith('/src/main.ts'));
}

function impurityOf(node: SyntaxNode): string | undefined {
  if (node.type === 'MemberExpression') {
    const object = nameOf(node['object']);
    const member = `${object}.${nameOf(node['property'])}`;
    return object !== undefined && (impureObjects.has(object) || impureMembers.has(member)) ? member : undefined;
  }
  const callee = nameOf(node['callee']);
  if (node.type === 'CallExpression' && callee !== undefined && impureCalls.has(callee)) return `${callee}(...)`;
  if (node.type === 'NewExpression' && callee === 'Date' && (node['arguments'] as unknown[]).length === 0) return 'new Date()';
  return undefined;
}

function environmentOf(node: SyntaxNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  return nameOf(node['object']) === 'process' && nameOf(node['property']) === 'env' ? 'process.env' : undefined;
}

/** The name of a plain identifier, `process` and not `task.process`; a property given as a string has its text as a name. */
function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Identifier') return String(value['name']);
  return value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}
