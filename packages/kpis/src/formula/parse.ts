/** The formula language: numbers, measure ids, `+ - * / ( )`, and `sqrt(...)` around the whole. */

export type Operator = '+' | '-' | '*' | '/';

/** A decimal number is kept as `digits / 10^decimals`, exact. */
export type Ast =
  | { readonly type: 'number'; readonly digits: bigint; readonly scale: bigint }
  | { readonly type: 'measure'; readonly id: string }
  | { readonly type: 'binary'; readonly operator: Operator; readonly left: Ast; readonly right: Ast };

export interface Formula {
  readonly root: 'plain' | 'sqrt';
  readonly body: Ast;
}

/** A formula that cannot be read: where, what was expected, what was found. */
export class FormulaError extends Error {
  readonly position: number;
  readonly expected: string;
  readonly found: string;
  constructor(at: { formula: string; position: number }, expected: string, found: string) {
    super(`formula ${JSON.stringify(at.formula)}, position ${at.position}: expected ${expected}, found ${found}`);
    this.name = 'FormulaError';
    this.position = at.position;
    this.expected = expected;
    this.found = found;
  }
}

interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  /** 1-based, as people count. */
  readonly position: number;
}

/** Nesting bound: a formula of people is a line long, and recursion needs an end. */
const depthMax = 32;

/**
 * Reads a formula.
 *
 * Holds    * and / bind tighter than + and -, all are left-associative; sqrt only as the root call
 * Errors   FormulaError with position, expected, found
 */
export function parseFormula(formula: string): Formula {
  return new Parser(formula, tokenize(formula)).formula();
}

function tokenize(formula: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(\d+(?:\.\d+)?)|([a-z][a-z0-9_]*)|([-+*/()]))/y;
  while (formula.slice(pattern.lastIndex).trim() !== '') {
    const start = pattern.lastIndex;
    const match = pattern.exec(formula);
    if (match === null) {
      const position = start + formula.slice(start).search(/\S/) + 1;
      const found = JSON.stringify(formula[position - 1]);
      throw new FormulaError({ formula, position }, 'a number, a measure id or one of + - * / ( )', found);
    }
    const text = match[0].trim();
    const kind = match[1] === undefined ? (match[2] === undefined ? 'symbol' : 'name') : 'number';
    tokens.push({ kind, text, position: pattern.lastIndex - text.length + 1 });
  }
  tokens.push({ kind: 'end', text: 'the end', position: formula.length + 1 });
  return tokens;
}

class Parser {
  readonly #formula: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(formula: string, tokens: readonly Token[]) {
    this.#formula = formula;
    this.#tokens = tokens;
  }

  formula(): Formula {
    const isRoot = this.#peek().text === 'sqrt' && this.#tokens[1]?.text === '(';
    if (isRoot) this.#index = 1;
    const body = isRoot ? this.#factor() : this.#sum();
    if (this.#peek().kind !== 'end')
      this.#fail(isRoot ? 'nothing after sqrt(...), which stands around the whole' : 'an operator or the end');
    return { root: isRoot ? 'sqrt' : 'plain', body };
  }

  #sum(): Ast {
    let left = this.#product();
    for (let operator = this.#take('+', '-'); operator !== undefined; operator = this.#take('+', '-')) {
      left = { type: 'binary', operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): Ast {
    let left = this.#factor();
    for (let operator = this.#take('*', '/'); operator !== undefined; operator = this.#take('*', '/')) {
      left = { type: 'binary', operator, left, right: this.#factor() };
    }
    return left;
  }

  #factor(): Ast {
    const token = this.#peek();
    if (token.text === '(') return this.#parenthesised();
    if (token.kind === 'symbol' || token.kind === 'end') this.#fail('a number, a measure id or (');
    if (token.text === 'sqrt') this.#fail('a measure id (sqrt may only stand around the whole formula)');
    this.#index += 1;
    if (token.kind === 'name') return { type: 'measure', id: token.text };
    const [whole, fraction = ''] = token.text.split('.');
    return { type: 'number', digits: BigInt(`${whole}${fraction}`), scale: 10n ** BigInt(fraction.length) };
  }

  #parenthesised(): Ast {
    if (this.#depth >= depthMax) this.#fail(`at most ${depthMax} nested parentheses`);
    this.#index += 1;
    this.#depth += 1;
    const inner = this.#sum();
    if (this.#peek().text !== ')') this.#fail('an operator or )');
    this.#index += 1;
    this.#depth -= 1;
    return inner;
  }

  #take(...operators: readonly Operator[]): Operator | undefined {
    const operator = operators.find((candidate) => candidate === this.#peek().text);
    if (operator !== undefined) this.#index += 1;
    return operator;
  }

  #peek(): Token {
    return this.#tokens[this.#index]!;
  }

  #fail(expected: string): never {
    const token = this.#peek();
    const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    throw new FormulaError({ formula: this.#formula, position: token.position }, expected, found);
  }
}
