import { isTestFile, walk } from './source-file.ts';
import type { ParsedFile, SourceFile, SyntaxNode } from './source-file.ts';

/** One measured size that has a limit. */
export interface Size {
  /** What was measured: also the entry's name in baseline.json. */
  what: string;
  found: number;
  limit: number;
  line: number;
}

const fileLinesMax = 300;
const functionLinesMax = 70;
const parametersMax = 3;

/** Where a page has a tighter promise than the rest. */
const fileLinesMaxOf: Record<string, number> = { 'services/consumer/src/pipeline.ts': 79 };

/** A file of only one function's size is measured by its lines alone. */
export function fileSize({ path, text }: SourceFile): Size {
  const found = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { what: `${path}: lines`, found, limit: fileLinesMaxOf[path] ?? fileLinesMax, line: 1 };
}

export function functionSizes(file: ParsedFile): Size[] {
  const sizes: Size[] = [];
  walk(file.program, (node, above) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
    const [line, end] = [file.lineOf(node.start), file.lineOf(node.end)];
    const name = functionName(node, above, line);
    const parameters = (node['params'] as SyntaxNode[]).filter((parameter) => parameter['name'] !== 'this');
    if (!(isTestFile(file.path) && groupsTests(above.at(-1)))) {
      sizes.push({ what: `${file.path}: lines of ${name}`, found: end - line + 1, limit: functionLinesMax, line });
    }
    sizes.push({ what: `${file.path}: parameters of ${name}`, found: parameters.length, limit: parametersMax, line });
  });
  return sizes;
}

/** A describe block is a chapter, not a function. */
function groupsTests(parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false;
  const callee = parent['callee'] as SyntaxNode;
  const inner = (callee['callee'] ?? callee) as SyntaxNode;
  const name = (inner['object'] as SyntaxNode | undefined)?.['name'] ?? inner['name'];
  return name === 'describe';
}

function functionName(node: SyntaxNode, above: SyntaxNode[], line: number): string {
  const parent = above.at(-1);
  const named = [node['id'], parent?.['key'], parent?.type === 'VariableDeclarator' ? parent['id'] : undefined]
    .map((candidate) => (candidate as SyntaxNode | null | undefined)?.['name'])
    .find((name) => typeof name === 'string');
  if (typeof named === 'string') return named;
  // Anonymous ones are named after the function around them, which moves less than line numbers do.
  const around = above.findLast(
    (candidate) => candidate['id'] !== null && typeof (candidate['id'] as SyntaxNode | undefined)?.['name'] === 'string',
  );
  return around === undefined ? `a function in line ${line}` : `a function in ${String((around['id'] as SyntaxNode)['name'])}`;
}
