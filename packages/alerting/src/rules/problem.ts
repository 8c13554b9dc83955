import { isMap, isNode, isScalar, type Document, type LineCounter } from 'yaml';

/** Something wrong with a rules file; the text says what was expected, what was found and what to do. */
export interface RulesProblem {
  readonly line: number;
  readonly column: number;
  /** Where in the file, as keys: rules[0].window.every. */
  readonly path: string;
  readonly text: string;
}

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

/** Finds lines and columns of a parsed YAML text. */
export class Positions {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** The value at a path, or the nearest thing around it that exists. */
  ofValue(path: Path): { line: number; column: number } {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      const start = startOf(node);
      if (start !== null) return this.#at(start);
    }
    return this.#at(startOf(this.#document.contents) ?? 0);
  }

  /** The key itself, for keys that should not be there. */
  ofKey(path: Path, key: string): { line: number; column: number } {
    const node: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      const start = startOf(pair?.key);
      if (start !== null) return this.#at(start);
    }
    return this.ofValue(path);
  }

  #at(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
